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

    /// One of them stands still, is accused and told so, refutes, and later says goodbye.
    @Test func oneRefutesAndLeaves() {
        var network = TestNetwork(seed: 42)
        network.start("ann")
        for name in ["bob", "cleo"] { network.start(name, seeds: [network.endpoints[0]]) }
        network.run(for: .seconds(3))
        network.transcript = ["-- cleo stands still"]
        network.pause("cleo")
        _ = network.run(atMost: .seconds(3)) { $0.everyoneSees("cleo", as: .suspect) }
        network.transcript!.append("-- cleo goes on")
        network.resume("cleo")
        network.run(for: .milliseconds(150))
        network.transcript!.append("-- cleo says goodbye")
        network.handle(.leave, network.node("cleo"))
        network.run(for: .milliseconds(200))
        let transcript = network.transcript!.joined(separator: "\n")
        if transcript != Self.goldenRefutation { print(transcript) }
        #expect(transcript == Self.goldenRefutation, "the new transcript was printed")
    }
}
