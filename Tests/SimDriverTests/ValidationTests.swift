import MeshBase
import Testing

@testable import SimDriver

@Suite struct ValidationTests {
    /// M/M/c at load 0.8, as textbooks have it.
    @Test(arguments: [(1, 0.8, 4.0), (2, 0.7111, 1.7778), (4, 0.5964, 0.7455), (10, 0.4092, 0.2046)])
    func theFormulasAreErlangs(_ servers: Int, _ chance: Double, _ wait: Double) {
        let line = WaitingLine(servers: servers, load: 0.8)
        #expect(abs(line.waitingChance - chance) < 0.000_1)
        #expect(abs(line.meanWait - wait) < 0.000_1)
    }

    @Test func theSimulatorGivesTheKnownAnswers() throws {
        let answers = try #require(try SimValidation.run(Meshes.small(), seed: 1, effort: 0.1))
        #expect(answers.count >= 10)
        for answer in answers { #expect(answer.isRight, "\(answer)") }
    }

    @Test func aLargeMeshProbesACrashedMemberAfterTheKnownNumberOfPeriods() {
        #expect(abs(SimValidation.periods(members: 400) - 1.581_98) < 0.003)
    }

    @Test func aWrongAnswerIsNotRight() {
        let batches = WaitingLine(servers: 2, load: 0.8).run(batches: 24, arrivals: 5_000, seed: 1).map {
            Double($0.waited) / Double($0.arrivals)
        }
        #expect(!KnownAnswer("as if for another load", expected: 0.6, batches: batches).isRight)
        #expect(!KnownAnswer("exact", expected: 0, exactly: 1).isRight)
    }

    @Test func aSweepMeetsEveryTimeOfEveryNode() throws {
        let base = Meshes.configuration(seed: 4, seconds: 4, rate: 20)
        let sweep = SimSweep(
            base: base, action: .kill, nodes: ["r1-1", "router-1"], from: .seconds(1), to: .seconds(2),
            step: .milliseconds(250), length: .seconds(1))
        #expect(sweep.problem == nil)
        #expect(sweep.count == 10)
        #expect("\(sweep.fault(0))" == "kill r1-1 @1s for 1s")
        #expect("\(sweep.fault(4))" == "kill r1-1 @2s for 1s")
        #expect("\(sweep.fault(9))" == "kill router-1 @2s for 1s")
        for run in 0..<sweep.count {
            let report = try SimRun.run(sweep.configuration(run))
            #expect(report.isOk, "\(sweep.fault(run)): \(report.complaint)")
        }
    }

    @Test func aSweepFindsABrokenBuild() throws {
        var base = Meshes.configuration(seed: 4, seconds: 6, rate: 5)
        base.defect = SimDefect(membership: .resurrects)
        let sweep = SimSweep(
            base: base, action: .kill, nodes: ["r1-1"], from: .zero, to: .seconds(1), step: .milliseconds(500),
            length: .seconds(3))
        for run in 0..<sweep.count {
            let report = try SimRun.run(sweep.configuration(run))
            #expect(report.verdict("membership-resurrection")?.ok == false, "\(sweep.fault(run)): \(report.complaint)")
        }
    }

    @Test func impossibleSweepsAreRefused() {
        let base = Meshes.configuration(seed: 4, seconds: 3, rate: 5)
        func sweep(_ node: String, to: TimeAmount, step: TimeAmount) -> SimSweep {
            SimSweep(base: base, action: .kill, nodes: [node], from: .zero, to: to, step: step, length: nil)
        }
        #expect(sweep("r1-1", to: .seconds(9), step: .seconds(1)).problem != nil)
        #expect(sweep("r1-1", to: .seconds(1), step: .zero).problem != nil)
        #expect(sweep("r1-1", to: .seconds(3), step: .microseconds(1)).problem != nil)
        #expect(sweep("nobody", to: .seconds(1), step: .seconds(1)).problem != nil)
        #expect(sweep("r1-1", to: .seconds(1), step: .seconds(1)).problem == nil)
    }
}
