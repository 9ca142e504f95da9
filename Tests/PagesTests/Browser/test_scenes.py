"""The ten scenes, as words and as pictures."""

import pictures
from case import HERE, PICTURES, REWRITE, PageTest


class SceneTest(PageTest):
    def scene(self, name):
        tab = self.open(self.recording(name))
        if name == "disconnected":
            self.api.cut()
            tab.run("advance(17_000)")
            tab.wait(
                "document.body.dataset.news === 'none' && document.getElementById('when').textContent.includes('old')"
            )
            tab.drawn()
        golden = HERE / "Golden" / f"{name}.txt"
        if REWRITE:
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(tab.run("words()"))
            PICTURES.mkdir(exist_ok=True)
            pictures.write(PICTURES / f"{name}.png", tab.picture())
        with self.subTest(f"{golden}; CELLMESH_REWRITE_GOLDENS=1 writes it anew"):
            self.shows(tab, "words()", golden.read_text())
        if name != "disconnected":
            self.sound(tab)

    def test_whole(self):
        self.scene("whole")

    def test_kill(self):
        self.scene("kill")

    def test_poison(self):
        self.scene("poison")

    def test_partition(self):
        self.scene("partition")

    def test_evacuation(self):
        self.scene("evacuation")

    def test_rolled_back(self):
        self.scene("rolled-back")

    def test_fault(self):
        self.scene("fault")

    def test_empty(self):
        self.scene("empty")

    def test_disconnected(self):
        self.scene("disconnected")

    def test_thousand_cells(self):
        self.scene("thousand-cells")

    def test_dark_narrow_and_forced_colours(self):
        """Nothing is wider than the screen, and nothing is complained about."""
        for picture, size, features in (
            ("kill-dark", (1440, 900, "dark"), {}),
            ("fault-narrow", (390, 844), {}),
            (None, (800, 900), {"forced_colors": "active"}),
            (None, (320, 600), {"prefers_reduced_motion": "reduce"}),
        ):
            tab = self.open(self.recording((picture or "poison").split("-")[0]), *size, **features)
            self.assertLessEqual(tab.run("document.documentElement.scrollWidth"), size[0], f"{picture} {size}")
            if REWRITE and picture:
                PICTURES.mkdir(exist_ok=True)
                pictures.write(PICTURES / f"{picture}.png", tab.picture())
            self.sound(tab)
