import MeshBase
import Testing

@testable import Telemetry

@Suite struct NaturalOrderTests {
    @Test func numbersCountAsNumbers() {
        #expect(
            ["us-east-10", "r1", "us-east-2", "us-east-1", "eu-west-3", "us-east"].sortedNaturally()
                == ["eu-west-3", "r1", "us-east", "us-east-1", "us-east-2", "us-east-10"])
        #expect(["c100000000000000000000", "c99999999999999999999"].sortedNaturally().last == "c100000000000000000000")
        #expect(["a1b10", "a1b9", "a01b9"].sortedNaturally() == ["a01b9", "a1b9", "a1b10"])
    }

    /// Sorting with anything else than a strict order would trap or depend on where things began.
    @Test func theOrderIsStrictAndTotal() {
        let names = ["", "0", "00", "a", "a0", "a00", "a1", "a01", "a1b", "a10", "b", "1", "01", "1a"]
        for a in names {
            #expect(!NaturalOrder.precedes(a, a))
            for b in names where a != b {
                #expect(NaturalOrder.precedes(a, b) != NaturalOrder.precedes(b, a), "\(a) \(b)")
                for c in names where NaturalOrder.precedes(a, b) && NaturalOrder.precedes(b, c) {
                    #expect(NaturalOrder.precedes(a, c), "\(a) \(b) \(c)")
                }
            }
        }
    }
}
