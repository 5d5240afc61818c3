"""Rules for meetings of shareholders: a card is an account's instruction and weighs its votes."""
