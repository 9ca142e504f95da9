import MeshBase
import Topology

extension Supervisor {
    /// Ends every process: routers first, so that customers are turned away before their cells go, then cells. Each is
    /// asked, and killed when that takes longer than the stop timeout.
    ///
    /// - Parameters:
    ///   - only: the processes to end; the others are let go of and run on.
    package func shutDown(only: Set<ProcessName>? = nil, completion: @escaping () -> Void) {
        isShuttingDown = true
        for key in Array(timers.keys) where key.purpose != .stop && key.purpose != .leave {
            cancel(key.purpose, key.name)
        }
        let mine = names.filter { only?.contains($0) ?? true }
        if only == nil { journal.clearIntents(routers: names.filter { $0.role == .router }.map(\.name)) }
        endAll(mine.filter { $0.role == .router }) { [self] in
            endAll(mine.filter { $0.role == .cell }, then: completion)
        }
    }

    /// Does not wait any longer.
    package func killAll() {
        for process in processes { if let identity = process.identity { driver.signal(identity, .kill) } }
        for identity in leavers.keys { driver.signal(identity, .kill) }
    }

    private func endAll(_ names: [ProcessName], then: @escaping () -> Void) {
        for name in names { dropSuccessor(name, "the mesh is shutting down") }
        // Of a host that is gone nobody hears that they have ended: its agent ends them by itself.
        let running = names.compactMap { name in table[name]?.identity.map { (name, $0) } }
            .filter { !driver.isGone($0.1) }
        let leaving = leavers.filter { names.contains($0.value.name) && !driver.isGone($0.key) }.keys
        guard !running.isEmpty || !leaving.isEmpty else { return then() }
        var left = running.count + leaving.count
        for identity in leaving {
            leavers[identity]?.onGone.append {
                left -= 1
                if left == 0 { then() }
            }
            // What drains goes at once when it is told so.
            driver.signal(identity, .terminate)
        }
        for (name, identity) in running {
            end(name, identity, with: .terminate) {
                left -= 1
                if left == 0 { then() }
            }
        }
    }
}
