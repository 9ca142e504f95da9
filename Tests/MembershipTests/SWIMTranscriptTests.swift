import MeshBase
import Testing

@testable import Membership

/// What is said when three members meet and one dies. The transcript is documentation: read it from the top.
@Suite struct SWIMTranscriptTests {
    @Test func threeMeetAndOneDies() {
        var network = TestNetwork(seed: 42)
        network.transcript = []
        network.start("ann")
        network.start("bob", seeds: [network.endpoints[0]])
        network.run(for: .milliseconds(20))
        network.start("cleo", seeds: [network.endpoints[0]])
        network.run(for: .milliseconds(300))
        network.transcript!.append("-- cleo dies")
        network.kill("cleo")
        network.run(for: .milliseconds(1500))
        let transcript = network.transcript!.joined(separator: "\n")
        if transcript != Self.golden { print(transcript) }
        #expect(transcript == Self.golden, "the new transcript was printed")
    }
}
