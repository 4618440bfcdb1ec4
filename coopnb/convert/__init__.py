"""An app to the swarm objects it asks for: what ``docker stack deploy`` sends, as data, a file per section."""

from coopnb.convert.stack import convert, convert_files

__all__ = ["convert", "convert_files"]
