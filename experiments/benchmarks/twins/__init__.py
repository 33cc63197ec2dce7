"""One part of the year written three times: the engine, plain Mesa objects, and C.

The declared part is what one practice and one doctor do by themselves or with their neighbours: lists age, grow and
move, patients switch and want (demand); GPs age, leave, change hours and roles (the first half of workforce);
appointments are given and doctors tire (access). Each version starts from the same England, takes the same draws and
must bring the same events: `same_events` refuses anything else. The Mesa version says what the engine gains, the C
version how far it is from the floor.
"""
