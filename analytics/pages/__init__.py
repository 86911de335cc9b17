"""The figures as staff read them: one sheet for each question, with its chart, its table and its CSV."""
