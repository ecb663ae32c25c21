"""Where an insurance lives: agency areas, pooling areas, cells.

Keeps: administrative divisions, the dated table agency area → pooling area (省本级, 市本级, 兵团 too), cells of an area.
Promises: every enrolment's agency area leads to exactly one pooling area on a day; a person's cell there never moves.
Units: six-digit area codes as int; dates in Shanghai. Callers: people, institutions, settlement. 中文: 统筹区与分片。
"""
