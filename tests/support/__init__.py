"""What several tests need: senders of RTP, with nothing of the code under test in them."""
