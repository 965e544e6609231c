"""The area engine: the only parallel loops of the library, masts × radials × pixels.

Everything here takes plain numbers and contiguous arrays, in the groups of `inputs`. `sweep` walks
radials and serves every pixel from the nearest one; `exact` gives every pixel a profile of its own
and is what the sweep is measured against; `any_model` is the loop for models other than P.1812.

A sweep of one mast runs its radials in parallel. Each does, for the pixels that it owns:

1. `owners.owned_pixels`: which pixels, how far, in which direction. Nobody else owns them, so
   nothing is locked.
2. `servers.weigh_cells`: what the antennas lose towards them; pixels that no cell here can change
   are taken off the list, by the proof in `sweep.sweep_mast`.
3. `pixel.radial_losses`: `radials.walk_radial` samples the terrain outwards and keeps running
   maxima and sums; then every pixel scans back over the samples (`scan`), replaces the last few by
   those of its own straight path, and has its losses band by band (`median`), where what cannot
   change the result is not evaluated.
4. `servers.enter_levels`: the strongest cell of the site against best server and runner-up.

`rasters` samples the receivers' ground before, and writes the results of a block of rows after.
"""
