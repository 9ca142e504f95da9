import MeshBase
import Reports
import Testing

@testable import ControlPlane

@Suite("Supervisor")
struct SupervisorTests {
    @Test("All are started at once and serve when they say so")
    func start() throws {
        let harness = try SupervisorHarness()
        harness.supervisor.start(harness.supervisor.names)
        #expect(harness.driver.spawned.map(\.name) == harness.supervisor.names)
        #expect(harness.supervisor.servingCount == 0)
        #expect(harness.ledger == ["eu-1", "eu-2", "r1", "us-1", "us-2"])
        #expect(harness.intents == [])
        harness.driver.ready(Sample.eu1, port: 7_000)
        #expect(harness.supervisor.servingCount == 1)
        #expect(harness.supervisor[Sample.eu1]?.addresses.admin == .loopback(7_001))
        #expect(try harness.journal.processes().first?.addresses.count == 3)
        let arguments = harness.driver.identity(Sample.r1).flatMap { harness.driver.running[$0]?.arguments } ?? []
        #expect(arguments.first == "router" && arguments.contains("--placement"))
        #expect(arguments.contains("127.0.0.1:9000"))
    }

    @Test("A process that reports an error, dies early or is slow is a failure that says why")
    func startFailures() throws {
        let harness = try SupervisorHarness()
        harness.driver.unstartable = [Sample.eu1]
        harness.driver.log = ["first", "fatal: out of paper"]
        harness.supervisor.start(harness.supervisor.names)
        harness.driver.report(Sample.eu2, #"{"ready":false,"error":"port taken"}"#)
        harness.driver.crash(Sample.us1)
        harness.driver.ready(Sample.us2)
        harness.driver.report(Sample.r1, "no json at all")
        harness.driver.advance(.seconds(11))
        let reasons = Dictionary(uniqueKeysWithValues: harness.failures.map { ($0.0, $0.1) })
        #expect(reasons.count == 4)
        #expect(reasons[Sample.eu1] == "no such program")
        #expect(reasons[Sample.eu2] == "port taken")
        #expect(reasons[Sample.us1]?.contains("signal 11") == true)
        #expect(reasons[Sample.us1]?.contains("fatal: out of paper") == true)
        #expect(reasons[Sample.r1]?.contains("within 10.0 s") == true)
        #expect(harness.ledger == ["us-2"])
        #expect(harness.driver.running.count == 1)
    }

    @Test("A killed cell stays down; killing it again says so")
    func kill() throws {
        let harness = try SupervisorHarness(restart: .onCrash)
        harness.startAll()
        let pid = harness.pid(Sample.eu1)
        let outcome = harness.perform(.kill, Sample.eu1)
        #expect(outcome == ActionOutcome(name: "eu-1", pid: pid, action: "killed", state: .down))
        #expect(harness.perform(.kill, Sample.eu1)?.action == "already-down")
        harness.driver.advance(.hours(1))
        #expect(harness.supervisor[Sample.eu1]?.isRunning == false)
        #expect(harness.ledger == ["eu-2", "r1", "us-1", "us-2"])
        #expect(harness.intents == ["kill/cell/eu-1"])
    }

    @Test("Paused and resumed, with the outcome of doing either twice")
    func pause() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        #expect(harness.perform(.resume, Sample.eu1)?.action == "not-paused")
        let paused = harness.perform(.pause, Sample.eu1)
        #expect(paused?.action == "paused" && paused?.state == .paused)
        #expect(harness.intents == ["pause/cell/eu-1"])
        #expect(harness.perform(.pause, Sample.eu1)?.action == "already-paused")
        let resumed = harness.perform(.resume, Sample.eu1)
        #expect(resumed?.action == "resumed" && resumed?.state == .serving)
        #expect(harness.intents == [])
        #expect(harness.driver.signals(Sample.eu1) == [.resume, .stop, .stop, .resume])
    }

    @Test("A paused cell can be killed, and is not paused in its next life")
    func killPaused() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.perform(.pause, Sample.eu1)
        #expect(harness.perform(.kill, Sample.eu1)?.action == "killed")
        #expect(harness.intents == ["kill/cell/eu-1"])
        harness.supervisor.perform(.restart, on: Sample.eu1) { _ in }
        harness.driver.ready(Sample.eu1)
        #expect(harness.supervisor[Sample.eu1]?.isPaused == false)
        #expect(harness.intents == [])
    }

    @Test("Someone else's SIGSTOP is a pause too, and can be resumed")
    func foreignStop() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.driver.signal(harness.driver.identity(Sample.us1)!, .stop)
        #expect(harness.supervisor.isStopped(harness.supervisor[Sample.us1]!))
        #expect(harness.perform(.resume, Sample.us1)?.action == "resumed")
    }

    @Test("A down cell cannot be paused or resumed")
    func notRunning() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.driver.crash(Sample.us1)
        #expect(harness.perform(.pause, Sample.us1)?.action == "not-running")
        #expect(harness.perform(.resume, Sample.us1)?.action == "not-running")
    }

    @Test("By default a crash is not followed by a start")
    func neverRestarts() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.driver.crash(Sample.eu1)
        harness.driver.advance(.hours(1))
        #expect(harness.driver.spawned.count == 5)
        #expect(harness.actions.contains("exited eu-1"))
    }

    @Test("On-crash restarts with growing waits, and not what was killed")
    func restartsOnCrash() throws {
        let harness = try SupervisorHarness(restart: .onCrash)
        harness.startAll()
        harness.perform(.kill, Sample.us1)
        var waits: [TimeAmount] = []
        for _ in 0..<4 {
            let crashed = harness.driver.now()
            harness.driver.crash(Sample.eu1)
            let count = harness.driver.spawned.count
            while harness.driver.spawned.count == count { harness.driver.advance(.milliseconds(10)) }
            waits.append(harness.driver.now() - crashed)
            harness.driver.ready(Sample.eu1)
        }
        #expect(waits[0] <= .milliseconds(210) && waits[3] >= .milliseconds(800), "\(waits)")
        #expect(harness.supervisor[Sample.us1]?.isRunning == false)
        #expect(harness.supervisor[Sample.eu1]?.restarts == 4)
    }

    @Test("A router comes back at its port, or elsewhere when that was taken")
    func routerPort() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        let port = harness.supervisor[Sample.r1]?.addresses.data
        harness.driver.crash(Sample.r1)
        harness.supervisor.perform(.restart, on: Sample.r1) { _ in }
        func arguments() -> [String] {
            harness.driver.identity(Sample.r1).flatMap { harness.driver.running[$0]?.arguments } ?? []
        }
        #expect(arguments().contains("--listen") && arguments().contains(port!.description))
        harness.driver.report(Sample.r1, #"{"ready":false,"error":"listen: in use","code":"EADDRINUSE"}"#)
        harness.driver.crash(Sample.r1, "exit code 1")
        #expect(!arguments().isEmpty && !arguments().contains("--listen"))
        #expect(harness.failures.isEmpty)
    }

    @Test("A port that somebody asked for is not given up")
    func fixedPort() throws {
        let harness = try SupervisorHarness()
        harness.supervisor.setListen(.loopback(80), isFixed: true, of: Sample.r1)
        harness.supervisor.start([Sample.r1])
        harness.driver.report(Sample.r1, #"{"ready":false,"error":"EADDRINUSE","code":"EADDRINUSE"}"#)
        harness.driver.crash(Sample.r1, "exit code 1")
        #expect(harness.failures.map(\.0) == [Sample.r1])
        #expect(harness.driver.spawned.count == 1)
    }

    @Test("Shutdown ends routers before cells, also paused and deaf ones, and nothing comes back")
    func shutdown() throws {
        let harness = try SupervisorHarness(restart: .onCrash)
        harness.startAll()
        harness.perform(.pause, Sample.eu1)
        harness.perform(.kill, Sample.us1, lease: .seconds(1))
        harness.driver.ignoreTermination(Sample.us2)
        var isDown = false
        harness.supervisor.shutDown { isDown = true }
        #expect(harness.driver.signals(Sample.r1) == [.terminate, .resume])
        #expect(harness.driver.signals(Sample.eu2) == [])
        harness.driver.settle()
        #expect(harness.driver.running.count == 1 && !isDown)
        harness.driver.advance(.seconds(2))
        #expect(isDown && harness.driver.running.isEmpty)
        harness.driver.advance(.hours(1))
        #expect(harness.driver.running.isEmpty)
        #expect(harness.ledger == [] && harness.intents == [])
        #expect(harness.perform(.restart, Sample.eu1)?.failed == true)
    }

    @Test("What was not started here is let go of")
    func partialShutdown() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        var isDown = false
        harness.supervisor.shutDown(only: [Sample.us1]) { isDown = true }
        harness.driver.settle()
        #expect(isDown && harness.driver.running.count == 4)
    }
}
