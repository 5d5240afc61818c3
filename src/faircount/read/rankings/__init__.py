"""Rankings of whole contests, as researchers and commissions publish them."""
