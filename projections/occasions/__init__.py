"""The occasions (由头): for each customer the next days on which he is to be greeted (R73)."""
