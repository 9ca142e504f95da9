import MeshBase
import Nodes
import Resilience
import Topology
import UVDriver

extension ControlPlane {
    func makeLivenessWatch() -> LivenessWatch? {
        guard let probes = topology.cellPolicies(ofBlueprint: 0).probes else { return nil }
        var settings = probes[.liveness]
        // What cells tell unasked is an answer, too: of many it comes in turns.
        let turns = StoreWatch.turns(of: topology.cells.count)
        if turns > 1 { settings.every = max(settings.every, .seconds(Int64(turns) + 1)) }
        return LivenessWatch(
            loop: loop, client: client, settings: settings,
            targets: { [unowned self] in
                supervisor.processes.compactMap { process in
                    guard process.isServing, !process.isPaused, !process.isSilent, let identity = process.identity,
                        let admin = process.addresses.admin
                    else { return nil }
                    return LivenessWatch.Target(name: process.name, identity: identity, admin: admin)
                }
            }, onVerdict: { [unowned self] in judged($0, isAlive: $1, why: $2) })
    }

    private func judged(_ target: LivenessWatch.Target, isAlive: Bool, why: String) {
        if isAlive {
            supervisor.note(health: "liveness-passed", target.name, "it answers again")
        } else {
            supervisor.livenessFailed(target.name, target.identity, why)
        }
    }
}

extension Supervisor {
    /// A process answers nothing although it runs. Where crashed processes are restarted it is made to crash; else it is
    /// for people to say what is done with it.
    func livenessFailed(_ name: ProcessName, _ identity: ProcessIdentity, _ why: String) {
        guard table[name]?.phase == .serving(identity), !isShuttingDown else { return }
        let restarts = settings.restart == .onCrash
        note(
            health: "liveness-failed", name,
            why + (restarts ? "; it is killed, and started again" : "; 'restart: never' leaves it as it is"))
        guard restarts else { return onChange() }
        _ = driver.signal(identity, .kill)
    }

    func note(health action: String, _ name: ProcessName, _ detail: String) {
        journal.note(action, name, detail, type: "health", at: driver.wallClock())
    }
}
