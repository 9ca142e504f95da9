import MeshBase

/// Time: events happen one after the other, each as a turn of the process that it belongs to.
extension Simulation {
    /// Runs everything that happens until `end`; false when it was stopped before.
    func run(until end: Instant, _ guardian: inout SimGuardian) -> Bool {
        while let (at, event) = queue.pop(until: end) {
            if lookDue <= at { look(until: at) }
            now = at
            perform(event)
            if let due = membership.due, due < now { membership.judgeDeaths(mesh, now: now) }
            guard guardian.mayGoOn(now, trace.events) else { return false }
        }
        if lookDue <= end { look(until: end) }
        now = max(now, end)
        return true
    }

    /// Sends what the clients were told to do outside of an event.
    func flushClients() { turn(clients) }

    /// Runs until the condition holds, looking every 10 ms of virtual time.
    /// - Returns: whether it held within the limit; nil when the run was stopped.
    func run(
        atMost limit: TimeAmount, _ guardian: inout SimGuardian, until condition: (Simulation) -> Bool
    ) -> Bool? {
        let end = now + limit
        while !condition(self) {
            guard now < end else { return false }
            guard run(until: min(end, now + .milliseconds(10)), &guardian) else { return nil }
        }
        return true
    }

    func perform(_ event: SimEvent) {
        switch event {
        case .start(let machine):
            note(event, machine, 0)
            start(machine)
        case .revive(let machine, let life):
            guard machine.lives == life, !machine.isUp, !isHealing else { return }
            note(event, machine, UInt64(life))
            start(machine)
        case .wake(let process):
            guard !process.isDead, process.wakeAt == now else { return }
            process.wakeAt = nil
            guard !process.machine.isPaused else { return }
            note(event, process.machine, 0)
            process.wake()
            turn(process)
        case .datagram(let source, let target, let bytes):
            deliver(event, source, target, bytes)
        case .connect(let socket, let endpoint):
            connect(event, socket, endpoint)
        case .connected, .bytes, .ended, .openingLimit, .patience:
            deliver(event)
        case .commit(let process):
            guard mayRun(process, event) else { return }
            note(event, process.machine, 0)
            process.commit()
            turn(process)
        case .stored(let process, let answers):
            guard mayRun(process, event) else { return }
            note(event, process.machine, UInt64(answers.count))
            process.stored(answers)
            turn(process)
        case .burned(let process, let ticket):
            guard mayRun(process, event) else { return }
            note(event, process.machine, ticket)
            process.burned(ticket)
            turn(process)
        case .late(let machine, let life, let event):
            guard machine.lives == life, machine.isUp else { return }
            isReadingLate = true
            perform(event)
            isReadingLate = false
        case .strike(let machine):
            note(event, machine, 0)
            kill(machine)
        case .fault(let index):
            feed?.fault(index, hasBegun: true, self)
            fire(index, event)
        case .faultEnds(let index):
            feed?.fault(index, hasBegun: false, self)
            end(index, event)
        case .grow(let process):
            guard mayRun(process, event) else { return }
            note(event, process.machine, UInt64(addedCells))
            process.grow(knownTopology)
            turn(process)
        case .beginAdding(let region, let cells):
            guard let control else {
                addsDue -= 1
                return
            }
            guard mayRun(control, event) else { return }
            addsDue -= 1
            note(event, control.machine, UInt64(region))
            control.begin(.add, region, cells: cells)
            turn(control)
        case .arrival:
            note(event, clients.machine, 0)
            clients.arrival()
            turn(clients)
        case .call(let index):
            note(event, clients.machine, UInt64(index))
            clients.call(index)
            turn(clients)
        }
    }

    func note(_ event: SimEvent, _ machine: SimMachine, _ content: UInt64) {
        trace.note(now, kind: event.kind, node: UInt64(machine.index), content: content)
    }

    /// False when the process is gone, or stopped: then the event waits for it.
    private func mayRun(_ process: SimProcess, _ event: SimEvent) -> Bool {
        guard !process.isDead else { return false }
        guard process.machine.isPaused else { return true }
        process.machine.hold(event)
        return false
    }

    /// True when a late reader gets to it another time.
    private func isReadLater(_ process: SimProcess, _ event: SimEvent) -> Bool {
        guard hasLateReaders else { return false }
        let machine = process.machine
        guard !isReadingLate, !process.isDead, !machine.isPaused, machine.lateness > .zero || machine.readsUntil > now
        else { return false }
        let at = machine.readsAt(now)
        guard at > now else { return false }
        schedule(.late(machine, life: machine.lives, event), at: at)
        return true
    }

    private func deliver(_ event: SimEvent, _ source: Endpoint, _ target: Endpoint, _ bytes: [UInt8]) {
        guard let index = SimMachine.index(of: target), index < machines.count, let process = machines[index].process,
            target == machines[index].gossip, !isReadLater(process, event), mayRun(process, event)
        else { return }
        bytes.withUnsafeBytes {
            note(event, machines[index], content(of: $0, from: source))
            process.received(datagram: $0, from: source)
        }
        turn(process)
    }

    /// A connection request: the kernel answers it, also for a process that is stopped.
    private func connect(_ event: SimEvent, _ socket: SimSocket, _ endpoint: Endpoint) {
        guard !socket.process.isDead, socket.stage == .opening else { return }
        note(event, socket.process.machine, socket.number)
        let target = SimMachine.index(of: endpoint).flatMap { $0 < machines.count ? machines[$0] : nil }
        let (there, here) = (target ?? socket.process.machine, socket.process.machine)
        guard let process = target?.process, process.listens(at: endpoint) else {
            return dispatch(.ended(socket), from: there, to: here)
        }
        socketNumber += 1
        let other = SimSocket(number: socketNumber, process: process, stage: .open)
        guard process.adopt(other) else { return dispatch(.ended(socket), from: there, to: here) }
        other.peer = socket
        socket.peer = other
        dispatch(.connected(socket), from: there, to: here, by: other)
    }

    private func deliver(_ event: SimEvent) {
        switch event {
        case .connected(let socket):
            guard socket.stage == .opening, mayRun(socket.process, event) else { return }
            note(event, socket.process.machine, socket.number)
            socket.stage = .open
            socket.wasConnected = true
            socket.process.connected(socket)
            turn(socket.process)
        case .bytes(let socket, let bytes):
            guard socket.stage == .open, !isReadLater(socket.process, event), mayRun(socket.process, event) else {
                return
            }
            bytes.withUnsafeBytes {
                note(event, socket.process.machine, StableHash.hash($0, seed: socket.number))
                socket.input.append($0)
            }
            socket.process.received(socket)
            turn(socket.process)
        case .ended(let socket):
            guard socket.stage != .closed, !isReadLater(socket.process, event), mayRun(socket.process, event) else {
                return
            }
            note(event, socket.process.machine, socket.number)
            socket.stage = .closed
            socket.process.release(socket)
            socket.process.ended(socket)
            turn(socket.process)
        case .openingLimit(let socket):
            guard socket.stage != .closed, mayRun(socket.process, event) else { return }
            socket.process.openingLimit(socket)
            turn(socket.process)
        case .patience(let socket, let request):
            guard socket.stage != .closed, socket.pending?.number == request else { return }
            note(event, socket.process.machine, request)
            socket.process.patience(socket, request: request)
            turn(socket.process)
        default:
            preconditionFailure("not an event of a socket")
        }
    }

    /// The end of a turn: what was held back, then everything that is to be sent, then the alarm.
    func turn(_ process: SimProcess) {
        if !process.hasCrashed { process.endTurn() }
        guard !process.hasCrashed else { return crashed(process) }
        process.flush()
        if process.endsWithTurn { return crashed(process) }
        if process.machine.isLeaving, process.hasLeft { return ended(process) }
        guard let local = process.nextDeadline(), local != .distantFuture else { return }
        let deadline = process.machine.clock.global(local)
        // What is due is done with at the next tick of the clock, so that time goes on whatever a node asks for.
        let at = deadline > now ? deadline : now + .microseconds(1)
        if let standing = process.wakeAt, standing <= at { return }
        process.wakeAt = at
        queue.push(.wake(process), at: at)
    }
}
