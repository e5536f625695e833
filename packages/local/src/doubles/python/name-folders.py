"""Gives the wheels in a folder an entry for each folder in them: before 3.13 Python imports nothing from one without."""
import sys
import zipfile
from pathlib import Path, PurePosixPath

for file in Path(sys.argv[1]).glob("*.whl"):
    with zipfile.ZipFile(file, "a") as wheel:
        known = set(wheel.namelist())
        folders = {f"{folder}/" for name in known for folder in PurePosixPath(name).parents} - {"./"}
        for folder in sorted(folders - known):
            wheel.writestr(folder, "")
