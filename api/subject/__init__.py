"""What is handed to a person about himself (查阅与复制个人信息): all of it, and who has seen it."""
