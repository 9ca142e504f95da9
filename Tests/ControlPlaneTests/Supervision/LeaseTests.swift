import MeshBase
import Testing

@testable import ControlPlane

@Suite("Leases of kills and pauses")
struct LeaseTests {
    @Test("A kill for a time heals itself")
    func kill() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        #expect(harness.perform(.kill, Sample.eu1, lease: .seconds(30))?.detail?.contains("30.0 s") == true)
        harness.driver.advance(.milliseconds(29_900))
        #expect(harness.supervisor[Sample.eu1]?.isRunning == false)
        harness.driver.advance(.milliseconds(200))
        #expect(harness.supervisor[Sample.eu1]?.isRunning == true)
        #expect(harness.intents == [])
        #expect(harness.actions.contains("lease-ended eu-1"))
    }

    @Test("A pause for a time heals itself; a second one sets the time anew")
    func pause() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.perform(.pause, Sample.eu1, lease: .seconds(10))
        harness.driver.advance(.seconds(9))
        harness.perform(.pause, Sample.eu1, lease: .seconds(10))
        harness.driver.advance(.seconds(9))
        #expect(harness.supervisor[Sample.eu1]?.isPaused == true)
        harness.driver.advance(.seconds(2))
        #expect(harness.supervisor[Sample.eu1]?.isPaused == false)
        #expect(harness.driver.signals(Sample.eu1) == [.stop, .stop, .resume])
    }

    @Test("A pause that somebody else ends is over, and what is paused again is")
    func letGo() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        for _ in 1...2 {
            harness.perform(.pause, Sample.eu1, lease: .seconds(60))
            harness.driver.advance(.seconds(20))
            #expect(harness.supervisor[Sample.eu1]?.isPaused == true)
            var changes = 0
            harness.supervisor.onChange = { changes += 1 }
            harness.driver.signal(harness.driver.identity(Sample.eu1)!, .resume)
            harness.driver.advance(.seconds(2))
            #expect(harness.supervisor[Sample.eu1]?.isPaused == false && changes == 1)
            #expect(harness.intents == [] && harness.actions.last == "resume eu-1")
        }
        let signals = harness.driver.signals(Sample.eu1)
        harness.driver.advance(.seconds(120))
        #expect(harness.driver.signals(Sample.eu1) == signals, "no lease is left that would end")
    }

    @Test("A kill without end takes the end from one that had one")
    func endless() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.perform(.kill, Sample.eu1, lease: .seconds(10))
        harness.perform(.kill, Sample.eu1)
        harness.driver.advance(.hours(1))
        #expect(harness.supervisor[Sample.eu1]?.isRunning == false)
    }

    @Test("It is written down before anything is done")
    func before() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.journal.close()
        let outcome = harness.perform(.kill, Sample.eu1)
        #expect(outcome?.failed == true && outcome?.detail?.contains("nothing was done") == true)
        #expect(harness.driver.signals(Sample.eu1) == [])
        #expect(harness.perform(.pause, Sample.eu1)?.failed == true)
        #expect(harness.driver.signals(Sample.eu1) == [])
    }

    @Test("A successor adopts what runs and starts what is missing")
    func successor() throws {
        let first = try SupervisorHarness()
        first.startAll()
        let pids = first.supervisor.names.map { first.pid($0) }
        // The control plane dies, and then a cell.
        let victim = first.driver.identity(Sample.us2)!
        first.driver.signal(victim, .kill)
        first.supervisor.onStartFailure = { _, _ in }
        let next = try first.successorAfterDeaths()
        for (name, pid) in zip(next.supervisor.names, pids) where name != Sample.us2 { #expect(next.pid(name) == pid) }
        #expect(next.driver.spawned.count == 6 && next.driver.spawned.last?.name == Sample.us2)
        #expect(next.supervisor[Sample.eu1]?.addresses.admin == .loopback(7_001))
        next.driver.crash(Sample.eu1)
        #expect(next.supervisor[Sample.eu1]?.isRunning == false)
    }

    @Test("Leases outlive the control plane that granted them")
    func leases() throws {
        let first = try SupervisorHarness()
        first.startAll()
        first.perform(.kill, Sample.eu1, lease: .seconds(60))
        first.perform(.kill, Sample.eu2)
        first.perform(.pause, Sample.us1, lease: .seconds(60))
        first.perform(.pause, Sample.us2)
        let next = try first.successorAfterDeaths()
        #expect(next.driver.spawned.count == 5)
        #expect(next.supervisor[Sample.us1]?.isPaused == true)
        next.driver.advance(.seconds(61))
        #expect(next.supervisor[Sample.eu1]?.isRunning == true)
        #expect(next.supervisor[Sample.eu2]?.isRunning == false)
        #expect(next.supervisor[Sample.us1]?.isPaused == false)
        #expect(next.driver.signals(Sample.us1).last == .resume)
        #expect(next.supervisor[Sample.us2]?.isPaused == true)
    }

    @Test("Leases that ended while nobody watched are honoured at once")
    func expired() throws {
        let first = try SupervisorHarness()
        first.startAll()
        first.perform(.kill, Sample.eu1, lease: .seconds(60))
        first.perform(.pause, Sample.us1, lease: .seconds(60))
        first.abandon()
        first.driver.advance(.seconds(120))
        let next = try first.successor()
        #expect(next.supervisor[Sample.eu1]?.isRunning == true)
        next.driver.advance(.milliseconds(1))
        #expect(next.supervisor[Sample.us1]?.isPaused == false)
        #expect(next.intents == [])
    }

    @Test(
        "A wall clock that was set neither ends nor prolongs the leases of a predecessor", arguments: [-3_600, 3_600])
    func clockSet(seconds: Int64) throws {
        let first = try SupervisorHarness()
        first.startAll()
        first.perform(.kill, Sample.eu1, lease: .seconds(60))
        first.perform(.pause, Sample.us1, lease: .seconds(60))
        first.abandon()
        first.driver.advance(.seconds(20))
        first.driver.epoch += seconds * 1_000_000_000
        let next = try first.successor()
        next.driver.advance(.milliseconds(39_900))
        #expect(next.supervisor[Sample.eu1]?.isRunning == false && next.supervisor[Sample.us1]?.isPaused == true)
        next.driver.advance(.milliseconds(200))
        #expect(next.supervisor[Sample.eu1]?.isRunning == true && next.supervisor[Sample.us1]?.isPaused == false)
    }

    @Test("After a reboot with the clock set back a lease is not longer than it was asked")
    func reboot() throws {
        let first = try SupervisorHarness()
        first.startAll()
        first.perform(.kill, Sample.eu1, lease: .seconds(60))
        first.abandon()
        first.driver.bootID = "second"
        first.driver.epoch -= TimeAmount.hours(1).nanoseconds
        let next = try first.successor()
        next.driver.advance(.milliseconds(60_100))
        #expect(next.supervisor[Sample.eu1]?.isRunning == true)
    }

    @Test("A kill whose lease ends before the process is seen to end is healed once it is gone")
    func lateExit() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        let timer = harness.driver
        harness.supervisor.perform(.kill, on: Sample.eu1, lease: .zero) { _ in }
        let dying = try #require(timer.withhold(Sample.eu1))
        timer.advance(.seconds(1))
        #expect(harness.supervisor[Sample.eu1]?.isEnding == true)
        timer.release(dying)
        #expect(harness.supervisor[Sample.eu1]?.isRunning == true)
        #expect(harness.actions.contains("lease-ended eu-1"))
    }

    @Test("Every pause is watched by a process of its own, or is refused")
    func watched() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.perform(.pause, Sample.eu1, lease: .seconds(10))
        let lease = try #require(harness.driver.watched.first)
        #expect(lease.pid == harness.pid(Sample.eu1) && lease.term.asked == 10_000_000_000)
        harness.driver.cannotWatch = true
        let refused = harness.perform(.pause, Sample.eu2, lease: .seconds(10))
        #expect(refused?.failed == true && refused?.state == .serving)
        #expect(harness.driver.signals(Sample.eu2) == [])
        #expect(harness.intents == ["pause/cell/eu-1"])
    }

    @Test("A process that somebody else continued is not paused")
    func continued() throws {
        let harness = try SupervisorHarness()
        harness.startAll()
        harness.perform(.pause, Sample.eu1)
        harness.driver.advance(.seconds(1))
        harness.driver.signal(harness.driver.identity(Sample.eu1)!, .resume)
        #expect(!harness.supervisor.isStopped(harness.supervisor[Sample.eu1]!))
    }
}

extension SupervisorHarness {
    /// The control plane is gone: what happens to its processes is not told to it, and its timers do not ring.
    func abandon() {
        for key in Array(supervisor.timers.keys) { supervisor.cancel(key.purpose, key.name) }
        for identity in Array(driver.running.keys) { try? driver.adopt(identity) { _ in } }
        driver.settle()
    }

    func successorAfterDeaths() throws -> SupervisorHarness {
        abandon()
        return try successor()
    }
}
