"""What clean does with pages and texts that nobody would write."""
