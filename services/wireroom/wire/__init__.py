"""How events travel. It knows nothing of news, nor of stages."""
