import MeshBase
import UVDriver
import Wire

extension LoadRun {
    func connect(_ index: Int, now: Instant) {
        if let stream = pool.connect(to: target, tag: UInt32(index)) {
            state.pointee.connections[index].stream = stream
            state.pointee.connections[index].parser = HTTPResponseParser()
            state.pointee.setPhase(index, .connecting, since: now)
        } else {
            state.pointee.opened.failed += 1
            reopen(index, now: now)
        }
    }

    func opened(_ stream: StreamPointer) {
        guard let index = index(of: stream) else { return }
        state.pointee.opened.opened += 1
        becomeIdle(index, now: loop.now())
    }

    /// The other side has ended the connection, or it broke; the pool closes the stream.
    func lost(_ stream: StreamPointer) {
        guard let index = index(of: stream) else { return }
        let now = loop.now()
        switch state.pointee.connections[index].phase {
        case .waiting:
            return
        case .connecting:
            state.pointee.opened.failed += 1
        case .idle:
            state.pointee.opened.lost += 1
        case .busy:
            state.pointee.opened.lost += 1
            // An answer without a length ends with the connection.
            if case .complete(let response) = state.pointee.connections[index].parser.finish(
                stream.pointee.input.mutableBytes)
            {
                answered(index, response, UnsafeRawBufferPointer(stream.pointee.input.mutableBytes), now: now)
            } else {
                failInFlight(index, .connectionLost, now: now)
            }
        }
        reopen(index, now: now)
    }

    /// Connections that are overdue, and those whose time has come.
    func sweep(_ now: Instant) {
        for index in 0..<state.pointee.connectionCount {
            let since = state.pointee.connections[index].since
            switch state.pointee.connections[index].phase {
            case .idle:
                break
            case .waiting:
                if now >= since, state.pointee.phase != .closing { connect(index, now: now) }
            case .connecting:
                guard now - since > configuration.timeout else { continue }
                state.pointee.opened.failed += 1
                close(index)
                reopen(index, now: now)
            case .busy:
                guard now - since > configuration.timeout else { continue }
                state.pointee.opened.lost += 1
                failInFlight(index, .timeout, now: now)
                close(index)
                // Slow is not gone: there is no reason to wait.
                state.pointee.connections[index].failures = 0
                reopen(index, now: now)
            }
        }
        while let first = state.pointee.queue.first, now - first.intended > configuration.timeout {
            _ = state.pointee.queue.pop()
            fail(first, .queueTimeout, now: now)
        }
    }

    /// Gives up what is still under way, after a stop.
    func abandon(_ now: Instant) {
        while let request = state.pointee.queue.pop() { fail(request, .unfinished, now: now) }
        for index in 0..<state.pointee.connectionCount where state.pointee.connections[index].phase == .busy {
            failInFlight(index, .unfinished, now: now)
            close(index)
            state.pointee.connections[index].failures = 0
            reopen(index, now: now)
        }
    }

    func close(_ index: Int) {
        guard let stream = state.pointee.connections[index].stream else { return }
        state.pointee.connections[index].stream = nil
        pool.close(stream)
    }

    /// Opens a connection anew: at once the first time, then with exponential backoff until an answer has come.
    func reopen(_ index: Int, now: Instant) {
        state.pointee.connections[index].stream = nil
        let failures = state.pointee.connections[index].failures
        state.pointee.connections[index].failures = min(failures + 1, 20)
        var wait = TimeAmount.zero
        if failures > 0 || state.pointee.connections[index].phase == .connecting {
            let longest = min(TimeAmount.milliseconds(10) * Int64(1 << min(failures, 7)), .seconds(1))
            wait = longest * (0.5 + 0.5 * state.pointee.backoff.unit())
        }
        state.pointee.setPhase(index, .waiting, since: now + wait)
        if wait == .zero, state.pointee.opening.push(UInt32(index)) { return }
        guard state.pointee.waiting == state.pointee.connectionCount else { return }
        while let request = state.pointee.queue.pop() { fail(request, .unreachable, now: now) }
    }

    /// Opens the connections that need not wait.
    func openWaiting(_ now: Instant) {
        guard state.pointee.phase != .closing else { return }
        // What is put into the line meanwhile has to wait at least for the next turn.
        var left = state.pointee.opening.count
        while left > 0, let index = state.pointee.opening.pop().map(Int.init) {
            left -= 1
            // The sweep may have been there before.
            if state.pointee.connections[index].phase == .waiting { connect(index, now: now) }
        }
    }

    /// The connection of a stream that is still its own.
    @inline(__always)
    func index(of stream: StreamPointer) -> Int? {
        let index = Int(stream.pointee.tag)
        guard index < state.pointee.connectionCount, state.pointee.connections[index].stream == stream else {
            return nil
        }
        return index
    }
}
