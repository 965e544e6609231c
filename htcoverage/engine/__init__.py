"""The area engine: the only parallel loops of the library, masts × radials × pixels.

Everything here takes plain numbers and contiguous arrays. `sweep` walks radials and serves every
pixel from the nearest one; `exact` gives every pixel a profile of its own and is what the sweep is
measured against.
"""
