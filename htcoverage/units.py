"""Constants of the Earth and of antennas, each with its source."""

#: Mean Earth radius in km (ITU-R P.1812-8, §3.5).
EARTH_RADIUS_KM = 6371.0

#: EIRP minus ERP in dB: the gain of a half-wave dipole over an isotropic antenna.
DIPOLE_GAIN_DBI = 2.15
