import MeshBase
import Topology
import UVDriver

/// Ends the processes, and then itself.
extension ControlPlane {
    /// A second signal does not wait for anybody.
    func signalled() {
        if isStopping { return supervisor.killAll() }
        if !isReady { return fail(.interrupted) }
        stop(only: nil)
    }

    package func shutDown() { stop(only: nil) }

    func stop(only: Set<ProcessName>?) {
        guard !isStopping else { return }
        isStopping = true
        startTimer?.close()
        noteTimer?.close()
        monkeyDesk.close()
        rolloutDesk.close()
        note("stopping", [:])
        // It takes back what it has in force, for which the mesh has to be there; not for long.
        _ = try? drillDesk.end(by: "the end of the mesh")
        let begun = loop.now()
        // Within a callback of the supervisor: in the next turn, so that it has finished with what it was doing.
        stopTimer = try? LoopTimer(loop: loop) { [unowned self] in
            guard !drillDesk.isRunning || loop.now() - begun > Self.drillPatience else { return }
            stopTimer?.close()
            supervisor.shutDown(only: only) { [unowned self] in finish() }
        }
        stopTimer?.start(after: .zero, every: .milliseconds(50))
    }

    /// How long a drill may take to end before the mesh does.
    static let drillPatience = TimeAmount.seconds(5)

    func finish() {
        let others = member.members.contains { !$0.isSelf && $0.status.isLive }
        member.leave()
        _ = try? faultRegister.remove(nil, now: SystemClock.reading())
        note("stopped", [:])
        directory.removeControl()
        api.forgetPasses()
        // The goodbye travels, and the answer to `down` goes out.
        var checks = 0
        stopTimer = try? LoopTimer(loop: loop) { [unowned self] in
            checks += 1
            guard runtime.wire.waitingDatagrams == 0 || checks > 100 else { return }
            stopTimer?.close()
            routerWatch.close()
            storeWatch.close()
            livenessWatch?.close()
            desk.close()
            settingsDesk.close()
            liveDesk.close()
            traceGatherer.close()
            loadDesk.close()
            gameDayDesk.close()
            drillDesk.close()
            api.close()
            client.close()
            driver.close()
            faultTimer?.close()
            hangup?.close()
            member.close()
            runtime.close()
        }
        stopTimer?.start(after: .milliseconds(others ? 50 : 5), every: .milliseconds(10))
    }
}
