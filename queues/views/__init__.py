"""The owner's pages, a module for each chapter. Each makes one domain call and decides nothing itself."""
