import MeshBase
import Reports
import Testing
import Topology
import UVDriver

@testable import ControlPlane

@Suite("Relief: a restart of what serves")
struct ReliefTests {
    private let prepared = #"{"prepared":true}"#
    private let harness: SupervisorHarness
    private var driver: FakeProcessDriver { harness.driver }

    init() throws {
        harness = try SupervisorHarness()
        harness.startAll()
    }

    private final class Outcome { var value: ActionOutcome? }

    private func restart(_ name: ProcessName) -> Outcome {
        let outcome = Outcome()
        harness.supervisor.perform(.restart, on: name) { outcome.value = $0 }
        driver.settle()
        return outcome
    }

    @Test("A cell is told to end when its successor is prepared, and not before")
    func cell() {
        let before = harness.pid(Sample.eu1)
        let outcome = restart(Sample.eu1)
        #expect(driver.identities(Sample.eu1).count == 2 && harness.pid(Sample.eu1) == before)
        #expect(driver.running[driver.identities(Sample.eu1)[0]]?.signals == [])
        let arguments = driver.identity(Sample.eu1).flatMap { driver.running[$0]?.arguments } ?? []
        #expect(arguments.contains("--replace") && arguments.contains("\(before!)@\(before!)"))
        driver.report(Sample.eu1, prepared)
        driver.settle()
        #expect(driver.identities(Sample.eu1).count == 1 && outcome.value == nil)
        #expect(harness.supervisor[Sample.eu1]?.isServing == false)
        driver.ready(Sample.eu1, port: 8_000)
        #expect(outcome.value?.action == "restarted" && outcome.value?.pid == harness.pid(Sample.eu1))
        #expect(harness.pid(Sample.eu1) != before)
        #expect(harness.supervisor[Sample.eu1]?.restarts == 1)
        #expect(harness.ledger == ["eu-1", "eu-2", "r1", "us-1", "us-2"] && harness.intents == [])
    }

    @Test("A router that has handed over its sockets ends by itself, and the name is the new one's meanwhile")
    func router() {
        let outcome = restart(Sample.r1)
        driver.ready(Sample.r1, port: 9_500)
        let (old, new) = (driver.identities(Sample.r1)[0], driver.identities(Sample.r1)[1])
        #expect(outcome.value?.action == "restarted" && outcome.value?.pid == new.pid)
        #expect(driver.running[old]?.signals == [])
        // It crashes at last: nobody's business.
        driver.report(Sample.r1, prepared)
        harness.supervisor.exited(Sample.r1, old, "exit code 0")
        #expect(harness.pid(Sample.r1) == new.pid && harness.supervisor[Sample.r1]?.isServing == true)
        #expect(harness.failures.isEmpty)
    }

    @Test("A router that does not end after it has handed over is killed")
    func leaverIsKilled() {
        _ = restart(Sample.r1)
        driver.ready(Sample.r1)
        driver.advance(.seconds(13))
        #expect(driver.identities(Sample.r1).count == 1)
        #expect(harness.supervisor[Sample.r1]?.isServing == true)
    }

    @Test("What serves goes on when the new one cannot start, fails, dies or is late", arguments: 0..<4)
    func failure(_ kind: Int) {
        let before = harness.pid(Sample.eu1)
        if kind == 0 { driver.unstartable = [Sample.eu1] }
        let outcome = restart(Sample.eu1)
        switch kind {
        case 1: driver.report(Sample.eu1, #"{"ready":false,"error":"no model"}"#)
        case 2: driver.crash(Sample.eu1, "signal 6")
        default: driver.advance(.seconds(11))
        }
        let reason = ["no such program", "no model", "signal 6", "within 10.0 s"][kind]
        #expect(outcome.value?.failed == true && outcome.value?.detail?.contains(reason) == true)
        #expect(outcome.value?.detail?.contains("goes on") == true && outcome.value?.state == .serving)
        driver.settle()
        #expect(harness.pid(Sample.eu1) == before && driver.identities(Sample.eu1).count == 1)
        #expect(harness.ledger == ["eu-1", "eu-2", "r1", "us-1", "us-2"])
        #expect(harness.failures.isEmpty)
    }

    @Test("Where the new one fails after the old one went, another is started")
    func failureAfterHandover() {
        let outcome = restart(Sample.r1)
        driver.crash(Sample.r1, "signal 9")
        #expect(outcome.value?.failed == true)
        // It had given its sockets away.
        driver.crash(Sample.r1, "exit code 0")
        driver.ready(Sample.r1)
        #expect(harness.supervisor[Sample.r1]?.isServing == true)
    }

    @Test("A failed restart does not make a later crash be followed by a start")
    func doubtEnds() {
        _ = restart(Sample.r1)
        driver.crash(Sample.r1, "signal 9")
        driver.advance(.minutes(1))
        driver.crash(Sample.r1, "signal 11")
        #expect(harness.supervisor[Sample.r1]?.isRunning == false)
    }

    @Test("Killed, paused or stopped cells and deaf ones are restarted; a paused one stays paused where that fails")
    func restartAny() {
        harness.perform(.kill, Sample.eu1)
        harness.perform(.pause, Sample.eu2)
        driver.ignoreTermination(Sample.us1)
        let outcomes = [Sample.eu1, Sample.eu2, Sample.us1].map { restart($0) }
        driver.report(Sample.eu2, prepared)
        driver.report(Sample.us1, prepared)
        driver.settle()
        driver.ready(Sample.eu1)
        driver.ready(Sample.eu2)
        #expect(outcomes[2].value == nil)
        // Only SIGKILL ends the third.
        driver.advance(.milliseconds(2_100))
        driver.ready(Sample.us1)
        #expect(outcomes.map { $0.value?.action } == ["restarted", "restarted", "restarted"])
        #expect(harness.intents == [])

        harness.perform(.pause, Sample.us2)
        driver.unstartable = [Sample.us2]
        #expect(restart(Sample.us2).value?.state == .paused)
        #expect(harness.intents == ["pause/cell/us-2"])
    }

    @Test("Killing a cell that is being restarted ends both and answers both; a second restart or a pause is refused")
    func others() {
        let outcome = restart(Sample.eu1)
        #expect(restart(Sample.eu1).value?.failed == true)
        #expect(harness.perform(.pause, Sample.eu1)?.failed == true)
        #expect(harness.perform(.kill, Sample.eu1)?.action == "killed")
        #expect(outcome.value?.failed == true && driver.identities(Sample.eu1).isEmpty)
        driver.advance(.minutes(1))
        #expect(harness.supervisor[Sample.eu1]?.isRunning == false)
    }

    @Test("Shutdown ends those that go and those that come")
    func shutdown() {
        _ = restart(Sample.r1)
        driver.ready(Sample.r1)
        let pending = restart(Sample.eu1)
        var isDown = false
        harness.supervisor.shutDown { isDown = true }
        driver.settle()
        #expect(isDown && driver.running.isEmpty && pending.value?.failed == true)
        #expect(harness.ledger == [])
    }
}
