import MeshBase
import Testing

@testable import ControlPlane

@Suite("Restart backoff")
struct RestartBackoffTests {
    @Test("The policy never restarts nothing")
    func never() {
        var backoff = RestartBackoff()
        var generator = Generator(seed: 1)
        #expect(backoff.delay(.never, served: nil, using: &generator) == nil)
        #expect(backoff.deaths == 0)
    }

    @Test("Waits double up to the longest, with jitter in their upper half")
    func doubling() {
        var backoff = RestartBackoff()
        var generator = Generator(seed: 7)
        for death in 0..<100 {
            let whole = death > 10 ? RestartBackoff.longest : min(.milliseconds(200 << death), RestartBackoff.longest)
            let delay = backoff.delay(.onCrash, served: .seconds(1), using: &generator)!
            #expect(delay >= whole / 2 && delay <= whole, "death \(death)")
        }
    }

    @Test("A process that served long begins again with the first wait")
    func forgiveness() {
        var backoff = RestartBackoff()
        var generator = Generator(seed: 7)
        for _ in 0..<20 { _ = backoff.delay(.onCrash, served: nil, using: &generator) }
        #expect(backoff.delay(.onCrash, served: .seconds(61), using: &generator)! <= RestartBackoff.first)
    }
}
