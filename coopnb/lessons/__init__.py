"""Lessons: a practice swarm of one's own, and checks that look at it, never at the learner's code."""

from coopnb.lessons.course import COURSES
from coopnb.lessons.drill import DRILLS, Drill, open_drill
from coopnb.lessons.lesson import Lesson, open_lesson

__all__ = ["COURSES", "DRILLS", "Drill", "Lesson", "open_drill", "open_lesson"]
