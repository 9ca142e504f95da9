import Testing

@testable import Blueprints

@Suite struct FilePathTests {
    @Test func paths() {
        #expect(FilePath.joined("../cells/a.yaml", besides: "topology/x.yaml") == "topology/../cells/a.yaml")
        #expect(FilePath.joined("/cells/a.yaml", besides: "topology/x.yaml") == "/cells/a.yaml")
        #expect(FilePath.joined("a.yaml", besides: "x.yaml") == "a.yaml")
        #expect(FilePath.shown("topology/../cells/./a.yaml") == "cells/a.yaml")
        #expect(FilePath.shown("../../a.yaml") == "../../a.yaml")
        #expect(FilePath.shown("/a/../b.yaml") == "/b.yaml")
    }
}
