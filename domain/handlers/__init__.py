"""What each command does: load, authorise, decide; one module per aggregate, one door above."""
