"""The `kezhi` command (命令行): reads what was typed, calls what is beneath, shows the answer."""
