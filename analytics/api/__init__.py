"""The doors for programs: what browsers tell, and the owners' figures."""
