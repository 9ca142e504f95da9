import MeshBase
import Testing
import Topology

@testable import SimDriver

/// Calls at given times, besides the random load.
@Suite struct CallTests {
    @Test(arguments: ["call front c1 k0 by router-1 @0s", "call pay c12 k700 by router/r1 @1500us"])
    func whatIsWrittenReadsBack(_ text: String) throws {
        let call = try #require(SimCall(text))
        #expect(SimCall("\(call)") == call)
        #expect("\(call)" == text.replacing("router/", with: ""))
    }

    @Test(arguments: [
        "", "call", "call front c1 k1 by router-1", "call front c1 k1 by router-1 1s",
        "call front 1 k1 by router-1 @1s",
        "call front c1 1 by router-1 @1s", "call front c1 k1 to router-1 @1s", "call front c1 k1 by router-1 @1",
        "kill front c1 k1 by router-1 @1s", "call front c1 k1 by router-1 @1s for 2s",
        "call front c1 k1 by router-1 @99999999999999999999s",
    ]) func whatIsNoCallIsRefused(_ text: String) { #expect(SimCall(text) == nil) }

    @Test(arguments: [
        "call back c1 k1 by router-1 @1s", "call front c0 k1 by router-1 @1s", "call front c41 k1 by router-1 @1s",
        "call front c1 k-1 by router-1 @1s", "call front c1 k1 by router-9 @1s", "call front c1 k1 by r1-1 @1s",
        "call front c1 k1 by router-1 @5s",
    ]) func whatCannotBeAskedIsRefused(_ text: String) throws {
        var configuration = Meshes.configuration(seed: 1, seconds: 4)
        #expect(configuration.problem == nil)
        configuration.load.calls = [try #require(SimCall(text))]
        #expect(configuration.problem != nil)
    }

    private func report(_ calls: [String], rate: Double = 0, faults: [SimFault] = []) throws -> SimulationReport {
        var configuration = Meshes.configuration(seed: 3, rate: rate, faults: faults)
        configuration.load.calls = try calls.map { try #require(SimCall($0)) }
        return try SimRun.run(configuration)
    }

    /// While one router is down what is sent through it is refused, and nothing else is.
    @Test func eachIsSentAtItsTimeThroughItsRouter() throws {
        let report = try report(
            [
                "call front c1 k1 by router-2 @500ms", "call front c1 k1 by router-2 @1500ms",
                "call front c1 k1 by router-1 @1500ms", "call front c1 k1 by router-1 @1600ms",
            ], faults: [SimFault("kill router-2 @1s for 2s")!])
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.requests.sent == 4 && report.requests.ok == 3)
        // One key: it was carried out once, and answered again twice.
        #expect(report.verdict("keys")?.detail == "1 idempotency keys, 2 answers given again")
    }

    /// They come on top of the random requests, whose number they leave as it was.
    @Test func theyComeBesidesTheRandomLoad() throws {
        let plain = try report([], rate: 100)
        let both = try report(["call front c1 k1 by router-2 @1s", "call front c2 k1 by router-1 @1s"], rate: 100)
        #expect(plain.isOk && both.isOk)
        #expect(both.requests.sent == plain.requests.sent + 2)
    }
}
