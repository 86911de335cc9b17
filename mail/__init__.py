"""Every email ever sent: a row first, SMTP afterwards, at most one for each subject, kind and cause."""
