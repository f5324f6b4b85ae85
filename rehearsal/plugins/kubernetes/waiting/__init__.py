"""Waiting until an object is what the user meant by it: ready, or gone.

`rules` says what ready means for each kind, in functions of the object alone where that is possible; `watching` follows the
object; `explaining` says why it takes so long.
"""
