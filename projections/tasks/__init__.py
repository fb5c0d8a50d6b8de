"""The tasks (待办任务): what is to be done for customers, by whom and by when."""
