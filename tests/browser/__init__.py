"""JupyterLab, driven with the mouse and the keyboard as an operator does."""
