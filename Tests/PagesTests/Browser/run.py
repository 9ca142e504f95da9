"""The page in real Chromium, on recordings.

    python3 run.py PAGE POLICY [unittest's arguments]

PAGE is the assembled document, POLICY a file with its Content-Security-Policy. CELLMESH_REWRITE_GOLDENS=1 writes goldens
and pictures anew.
"""

import pathlib
import sys
import unittest

from case import PageTest
from test_access import AccessTest
from test_drills import DrillsTest
from test_scenes import SceneTest
from test_use import UseTest

__all__ = ["AccessTest", "DrillsTest", "SceneTest", "UseTest"]

if __name__ == "__main__":
    PageTest.document = pathlib.Path(sys.argv[1]).read_bytes()
    PageTest.policy = pathlib.Path(sys.argv[2]).read_text()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
