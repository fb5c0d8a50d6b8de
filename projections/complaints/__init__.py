"""The complaints (投诉): how far each has come, and which deadline comes next."""
