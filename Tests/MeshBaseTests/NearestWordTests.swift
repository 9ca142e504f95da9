import Testing

@testable import MeshBase

@Suite struct NearestWordTests {
    @Test func nearestWords() {
        let words = ["sharding", "size", "spread", "routers"]
        #expect(NearestWord.nearest(to: "shardign", among: words) == "sharding")
        #expect(NearestWord.nearest(to: "SIZE", among: words) == "size")
        #expect(NearestWord.nearest(to: "max-error-rate", among: ["max_error_rate"]) == "max_error_rate")
        #expect(NearestWord.nearest(to: "q", among: ["a", "b"]) == nil)
        #expect(NearestWord.nearest(to: "zebra", among: words) == nil)
        #expect(NearestWord.nearest(to: "", among: words) == nil)
        #expect(NearestWord.distance(Array("abcd".unicodeScalars), Array("abdc".unicodeScalars)) == 1)
        #expect(NearestWord.hint(for: "zebra", among: ["a", "b"], listing: "one of") == "one of: a, b")
    }
}
