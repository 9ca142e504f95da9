import MeshBase
import Topology

/// How a router takes the place of another one, and how it goes.
extension RouterHost {
    /// A router whose successor serves goes after this long although clients keep their connections open: 10 s.
    static let longestDrain = TimeAmount.seconds(10)
    /// The same where nobody takes its place: 1 s.
    static let longestStop = TimeAmount.seconds(1)
    /// So long it waits then for clients that keep a connection open in which nothing is in work: 100 ms.
    static let idleStop = TimeAmount.milliseconds(100)
    /// How long a successor waits until it reaches as many cells as its predecessor.
    static let longestJoin = TimeAmount.seconds(2)
    private static let interval = TimeAmount.milliseconds(5)

    /// Says that it serves, and offers its place to a successor.
    func announce() {
        do throws(UVError) {
            let offer = try HandoverOffer(loop: runtime.loop, directory: runtime.settings.dataDirectory)
            offer.onAsked = { [unowned self] in handOver() }
            offer.onEnd = { [unowned self] in handedOver(isServing: $0) }
            self.offer = offer
        } catch {
            runtime.events.log("handover-not-offered", "a restart will turn customers away for a moment: \(error)")
        }
        runtime.announce(data: front.local, admin: admin.local)
    }

    // MARK: Taking over

    /// Answers customers as soon as it reaches the cells that its predecessor reaches, which answers them until then.
    func succeed(_ handover: HandoverRequest) throws {
        let began = runtime.loop.now()
        startTimer = try LoopTimer(loop: runtime.loop) { [unowned self] in
            let cells = node.pointee.topology.cells.indices
            let serving = cells.count { node.pointee.isServing(CellIndex($0)) }
            guard serving >= handover.sockets.serving || runtime.loop.now() - began >= Self.longestJoin else { return }
            startTimer?.close()
            startTimer = nil
            do throws(UVError) {
                try front.listen(on: runtime.settings.listen, inherited: handover.sockets.data)
                if let share = runtime.settings.share {
                    try front.listen(shared: share, inherited: handover.sockets.shared)
                } else if let shared = handover.sockets.shared {
                    HandedSockets.close(shared)
                }
            } catch {
                HostRuntime.refuseToStart(error, runtime.settings)
                return stop()
            }
            handover.serve()
            announce()
        }
        startTimer?.start(after: Self.interval, every: Self.interval)
    }

    // MARK: Going

    /// A successor takes the sockets and the name; customers are answered here until it says that it serves.
    private func handOver() -> HandedSockets? {
        guard !isStopping, let listener = front.listener, let door = admin.listener else { return nil }
        var copies: [Int32] = []
        let shared: [LoopHandle] = front.sharedListener.map { [$0] } ?? []
        let handles: [LoopHandle] = [listener, door, runtime.udp] + shared
        for handle in handles {
            guard let copy = try? handle.duplicateDescriptor() else { break }
            copies.append(copy)
        }
        let serving = node.pointee.topology.cells.indices.count { node.pointee.isServing(CellIndex($0)) }
        guard copies.count == handles.count, let sockets = HandedSockets(copies, serving: serving) else {
            copies.forEach { HandedSockets.close($0) }
            return nil
        }
        isStopping = true
        runtime.events.tell("handing-over", [("cells", "\(serving)")])
        node.pointee.leave(now: runtime.loop.now(), into: &io.pointee)
        runtime.yield()
        admin.stopListening()
        admin.pool.closeAll()
        return sockets
    }

    private func handedOver(isServing: Bool) {
        guard stopTimer == nil else { return }
        guard isServing else {
            runtime.events.log(
                "handover-failed", "the successor took the sockets and went: this process stops all the same")
            return goAway(within: Self.longestStop, idle: Self.idleStop)
        }
        goAway(within: Self.longestDrain, idle: Self.longestDrain)
    }

    /// Told to stop: what is in work may finish. Told again while it drains, it goes at once.
    func stop() {
        guard !isStopping else {
            return stopTimer == nil ? goAway(within: Self.longestStop, idle: Self.idleStop) : close()
        }
        isStopping = true
        admin.stopListening()
        node.pointee.leave(now: runtime.loop.now(), into: &io.pointee)
        goAway(within: Self.longestStop, idle: Self.idleStop)
    }

    /// Takes no new connection, ends each that is there with its next answer, and stops when none is left.
    /// - Parameters:
    ///   - limit: when it stops whatever is in work still.
    ///   - idle: when it stops although clients keep connections open in which nothing is in work.
    private func goAway(within limit: TimeAmount, idle: TimeAmount) {
        front.stopListening()
        front.drain()
        let began = runtime.loop.now()
        stopTimer = try? LoopTimer(loop: runtime.loop) { [unowned self] in
            let passed = runtime.loop.now() - began
            // Goodbyes that a fault delays are on their way still.
            let isDone = node.pointee.isIdle && !front.pool.hasBacklog && runtime.wire.waitingDatagrams == 0
            guard passed >= limit || isDone && (front.pool.open == 0 || passed >= idle) else { return }
            close()
        }
        stopTimer?.start(after: .milliseconds(20), every: .milliseconds(10))
    }

    private func close() {
        stopTimer?.close()
        startTimer?.close()
        offer?.close()
        front.pool.closeAll()
        admin.pool.closeAll()
        links.pool.closeAll()
        sweepTimer.close()
        meter.close()
        runtime.close()
    }
}
