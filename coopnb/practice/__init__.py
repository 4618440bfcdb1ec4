"""A simulated Docker Engine in swarm mode, as a process of its own.

It speaks the Engine API over a unix socket, so that real tools (the docker CLI, docker-py) can be
tried on it. It knows Engine JSON and swarmkit's rules, and nothing of the rest of coopnb::

    server -> routes -> handlers -> store -> orchestrator, scheduler, agents -> store
                                               (each moved by the clock and by changes of the store)
"""
