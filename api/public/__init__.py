"""What anybody may open without a token: the page of an intake form, and the door for its mail."""
