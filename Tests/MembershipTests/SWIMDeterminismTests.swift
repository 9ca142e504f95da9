import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMDeterminismTests {
    private func eventful(_ seed: UInt64) -> UInt64 {
        var network = TestNetwork(seed: seed)
        network.loss = 0.03
        network.startMesh(16)
        network.kill("n003")
        for index in 8..<12 { network.node(TestNetwork.name(index)).group = 1 }
        network.run(for: .seconds(10))
        for index in 8..<12 { network.node(TestNetwork.name(index)).group = 0 }
        network.pause("n005")
        network.run(for: .seconds(10))
        network.resume("n005")
        network.handle(.leave, network.node("n006"))
        network.start("n003", incarnation: 50, seeds: [network.endpoints[0]])
        network.run(for: .seconds(10))
        return network.traceHash
    }

    @Test(arguments: [UInt64(1), 2, 3]) func theSameSeedGivesTheSameTrace(seed: UInt64) {
        #expect(eventful(seed) == eventful(seed), "seed \(seed)")
        #expect(eventful(seed) != eventful(seed + 100), "seed \(seed)")
    }
}
