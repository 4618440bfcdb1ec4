"""What the rooms call their findings."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import coopnb


def named_in(room: str) -> set[str]:
    """The names that a room gives to findings, where it writes them out."""
    texts = [path.read_text(encoding="utf-8") for path in (Path(coopnb.__file__).parent / room).glob("*.py")]
    calls = [node for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    makers = [call for call in calls if re.fullmatch(r"(?:self\.)?_?[dD]oubt|Finding", ast.unparse(call.func))]
    words = [arg.value for call in makers for arg in call.args if isinstance(arg, ast.Constant)]
    return {word for word in words if isinstance(word, str) and re.fullmatch("[a-z]+(?:-[a-z]+)+", word)}
