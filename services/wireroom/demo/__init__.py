"""The show: invented news on a small site of its own, sent the whole way and accounted for."""
