"""The tests of coopnb, a folder a room."""
