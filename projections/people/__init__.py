"""The people (操作员): who works here, what each may see, and the tokens they hold."""
