"""The pages customers see: the order form and their orders. A page makes one domain call and never decides anything."""
