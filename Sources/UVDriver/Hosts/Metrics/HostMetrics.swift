import Membership
import MeshBase
import Nodes
import Reports
import Store
import Telemetry
import Wire

/// Builds a metrics page from counters that are kept elsewhere, so that counting costs nothing on the way of a request.
package struct MetricPage: ~Copyable {
    /// Enough for a router of a thousand cells, and its gates.
    private var registry = MetricRegistry(limit: 32_768)

    package init() {}

    package mutating func counter(_ name: String, _ help: String, _ value: UInt64, _ labels: [MetricLabel] = []) {
        registry.add(registry.counter(name, help: help, labels), value)
    }
    package mutating func gauge(_ name: String, _ help: String, _ value: Double, _ labels: [MetricLabel] = []) {
        registry.set(registry.gauge(name, help: help, labels), value)
    }
    /// - Parameter counts: of each bucket alone, see `MetricRegistry.latencyBuckets`.
    mutating func histogram(
        _ name: String, _ help: String, _ counts: [UInt64], sum: Double, _ labels: [MetricLabel]
    ) {
        registry.load(registry.histogram(name, help: help, labels), counts: counts, sum: sum)
    }
    package var text: String { registry.prometheusText() }

    /// What each place has shed, by class.
    mutating func shed(_ counts: [(place: String, priority: Priority, count: UInt64)]) {
        for (place, priority, count) in counts {
            counter(
                "cellmesh_shed_total", "Requests refused while there was room, which is kept for what matters more.",
                count, [MetricLabel("where", place), MetricLabel("priority", "\(priority.name)")])
        }
    }

    /// What every process of the mesh reports.
    package mutating func process(_ runtime: HostRuntime, _ gossip: borrowing GossipPort) {
        gauge("cellmesh_uptime_seconds", "Time since the process started.", runtime.uptime.seconds)
        counter("cellmesh_events_dropped_total", "Events that could not be written.", runtime.events.dropped)
        host(runtime.hostMeter.host(runtime.loop.now()))
        let swim = gossip.swim
        gauge("cellmesh_swim_members", "Members believed alive or suspect.", Double(swim.liveCount))
        gauge("cellmesh_swim_health_score", "Local health score; 0 is sound.", Double(swim.localHealthScore))
        for (name, help, value) in Self.swimCounters(swim.counters) {
            counter("cellmesh_swim_\(name)_total", help, value)
        }
        for kind in GossipPacket.Kind.allCases {
            let label = MetricLabel("kind", kind.name)
            counter(
                "cellmesh_swim_packets_total", "Packets of the membership.", swim.counters.sent[kind],
                [label, MetricLabel("direction", "out")])
            counter(
                "cellmesh_swim_packets_total", "Packets of the membership.", swim.counters.received[kind],
                [label, MetricLabel("direction", "in")])
        }
        self.wire(runtime.wire)
        for (file, count) in [
            ("faults", runtime.faults?.failures ?? 0), ("keys", runtime.membership.refusedKeys),
            ("cells", runtime.refusedCells),
        ] {
            counter(
                "cellmesh_files_refused_total", "Versions of a followed file that were turned away.", count,
                [MetricLabel("file", file)])
        }
        if let keeper = runtime.settingsKeeper { settings(keeper) }
        datagrams(runtime.udp.counters)
        let packets = gossip.counters
        counter("cellmesh_gossip_packets_total", "Datagrams.", packets.sent, [MetricLabel("direction", "out")])
        counter("cellmesh_gossip_packets_total", "Datagrams.", packets.received, [MetricLabel("direction", "in")])
        counter(
            "cellmesh_gossip_bytes_total", "Bytes of datagrams.", packets.bytesSent, [MetricLabel("direction", "out")])
        counter(
            "cellmesh_gossip_bytes_total", "Bytes of datagrams.", packets.bytesReceived,
            [MetricLabel("direction", "in")])
        for reason in GossipRejections.Reason.allCases {
            counter(
                "cellmesh_gossip_rejected_total", "Datagrams turned away.", packets.rejected[reason],
                [MetricLabel("reason", reason.name)])
        }
        counter("cellmesh_gossip_unsent_total", "Packets that could not be sealed.", packets.unsent)
        counter("cellmesh_gossip_streams_answered_total", "Pings by stream answered.", packets.streamsAnswered)
        counter("cellmesh_gossip_stream_acks_total", "Acks that came by stream.", packets.streamAcks)
        gauge("cellmesh_gossip_keys", "Keys that open packets.", Double(gossip.keys.ids.count))
    }

    /// How noisy the host is; what nobody says has no series.
    package mutating func host(_ host: Vitals.Host) {
        if let pressure = host.pressure {
            gauge(
                "cellmesh_host_pressure_ratio", "Share of the last 10 s in which some task waited for a processor.",
                pressure)
        }
        if let lateness = host.latenessMilliseconds {
            gauge(
                "cellmesh_host_timer_lateness_seconds", "How late 99 of 100 timers of 10 ms are, over the last 10 s.",
                lateness / 1_000)
        }
    }

    /// What became of datagrams at the socket.
    private mutating func datagrams(_ counters: UDPSocket.Counters) {
        let outcomes = [
            ("received", counters.received), ("receive-error", counters.receiveErrors),
            ("truncated", counters.truncated), ("sent", counters.sent), ("queued", counters.queued),
            ("dropped", counters.dropped), ("send-error", counters.sendErrors),
        ]
        for (outcome, count) in outcomes {
            counter(
                "cellmesh_udp_datagrams_total", "Datagrams at the socket; queued ones are sent or fail later.",
                UInt64(count), [MetricLabel("outcome", outcome)])
        }
    }

    /// What every process that opens links to cells reports.
    mutating func links(_ links: CellLinks) {
        let counters = links.counters
        counter("cellmesh_link_opened_total", "Links to cells that came up.", counters.opened)
        counter("cellmesh_link_failed_total", "Links to cells that broke or did not come up.", counters.failed)
        counter(
            "cellmesh_link_frames_total", "Frames on links to cells.", counters.framesIn,
            [MetricLabel("direction", "in")])
        counter(
            "cellmesh_link_frames_total", "Frames on links to cells.", counters.framesOut,
            [MetricLabel("direction", "out")])
        counter("cellmesh_link_frames_dropped_total", "Frames without a usable link.", counters.dropped)
        counter("cellmesh_link_frames_unread_total", "Frames of cells that could not be read.", counters.badFrames)
        bytes("cellmesh_link_bytes_total", "Bytes on links to cells.", links.pool, [])
    }

    private mutating func bytes(_ name: String, _ help: String, _ pool: StreamPool, _ labels: [MetricLabel]) {
        counter(name, help, pool.counters.bytesIn, labels + [MetricLabel("direction", "in")])
        counter(name, help, pool.counters.bytesOut, labels + [MetricLabel("direction", "out")])
    }

    /// What faults have done to the work of a cell's services.
    mutating func serviceFaults(_ services: [(name: String, counters: ServiceFaultCounters)]) {
        for (service, counters) in services {
            let effects = [("delayed", counters.delayed), ("hung", counters.hung), ("failed", counters.failed)]
            for (effect, count) in effects {
                counter(
                    "cellmesh_service_faults_total", "Calls whose work faults have struck.", count,
                    [MetricLabel("service", service), MetricLabel("effect", effect)])
            }
        }
    }

    /// What faults have done to this process's traffic.
    mutating func wire(_ wire: WireLayer) {
        gauge(
            "cellmesh_wire_active", "1 while a fault or a link of the topology concerns this process.",
            wire.isActive ? 1 : 0)
        let counters = wire.counters
        let datagrams = [
            ("delayed", counters.delayedDatagrams), ("lost", counters.lostDatagrams),
            ("duplicated", counters.duplicatedDatagrams), ("cut-sent", counters.cutSent),
            ("cut-received", counters.cutReceived), ("overflow", counters.overflow),
        ]
        for (effect, count) in datagrams {
            self.counter(
                "cellmesh_wire_datagrams_total", "Datagrams that faults have struck.", count,
                [MetricLabel("effect", effect)])
        }
        counter(
            "cellmesh_wire_segments_delayed_total", "Writes to mesh links that had to wait.", counters.delayedSegments)
        counter("cellmesh_wire_resets_total", "Mesh links that a fault has reset.", counters.resets)
        counter("cellmesh_wire_hung_total", "Connections that were begun into a cut.", counters.hung)
        gauge("cellmesh_wire_waiting_datagrams", "Datagrams that wait for their time.", Double(wire.waitingDatagrams))
    }

    /// Name, help and value of each count that SWIM keeps.
    static func swimCounters(_ c: SWIMCounters) -> [(String, String, UInt64)] {
        [
            ("probes", "Probes begun.", c.probes),
            ("extra_probes", "Probes of members in doubt beside the rounds.", c.extraProbes),
            ("stream_pings", "Pings by stream.", c.streamPings),
            ("failed_probes", "Probes without an answer.", c.failedProbes),
            ("indirect_probes", "Probes answered after relays were asked.", c.indirectProbes),
            ("nacks", "Nacks received.", c.nacks),
            ("suspicions", "Members that became suspect here.", c.suspicions),
            ("confirmations", "Further accusers of a suspect.", c.confirmations),
            ("accusations_held", "Failed probes of unsteady members that had just refuted.", c.accusationsHeld),
            ("deaths_doubted", "Deaths taken for accusations, since who told of them was in doubt.", c.deathsDoubted),
            ("false_suspicions", "Suspicions that ended with the member alive.", c.falseSuspicions),
            ("deaths", "Members that this node saw die.", c.deaths),
            ("returns", "Dead members that came back.", c.returns),
            ("refutations", "Accusations of this node refuted.", c.refutations),
            ("stalls", "Times that this process stood still.", c.stalls),
            ("syncs_equal", "Digests that agreed.", c.syncsEqual),
            ("syncs_different", "Digests that differed.", c.syncsDifferent),
            ("syncs_limited", "Answers to digests cut short by the limit.", c.syncsLimited),
            ("sent_bytes", "Bytes of packets before they were sealed.", c.bytesSent),
            ("ignored_packets", "Packets before the start or after the end.", c.ignoredPackets),
            ("misdirected", "Pings meant for another name.", c.misdirected),
            ("stray_replies", "Acks and nacks that nobody waited for.", c.strayReplies),
            ("name_conflicts", "News of another use of this node's name.", c.nameConflicts),
            ("relays_refused", "Pings for others refused for lack of room.", c.relaysRefused),
            ("members_refused", "Newcomers refused for lack of room.", c.membersRefused),
            ("invalid_updates", "Updates beyond the highest incarnation.", c.invalidUpdates),
            ("user_events", "User events heard or raised.", c.userEvents),
            ("user_events_repeated", "User events heard again.", c.userEventsRepeated),
            ("user_events_refused", "User events turned away.", c.userEventsRefused),
        ]
    }

    /// What every HTTP listener reports, by its name.
    package mutating func listener(_ server: HTTPServer, _ name: String) {
        let label = [MetricLabel("listener", name)]
        let counters = server.pool.counters
        gauge("cellmesh_http_connections", "Open connections.", Double(server.pool.open), label)
        counter("cellmesh_http_requests_total", "Requests read.", server.served, label)
        counter("cellmesh_http_connections_total", "Connections accepted.", counters.accepted, label)
        counter("cellmesh_http_connections_refused_total", "Connections refused.", counters.refused, label)
        counter(
            "cellmesh_http_connections_evicted_total", "Connections closed to make room for newcomers.",
            counters.evicted, label)
        counter(
            "cellmesh_http_connection_errors_total", "Connections that failed, at their beginning or later.",
            counters.errors, label)
        bytes("cellmesh_http_bytes_total", "Bytes of connections.", server.pool, label)
        gauge(
            "cellmesh_http_buffered_bytes", "Bytes read of requests that are not answered.",
            Double(server.pool.buffered), label)
        gauge(
            "cellmesh_http_unsent_bytes", "Bytes of answers that clients have not taken.", Double(server.pool.unsent),
            label)
        counter(
            "cellmesh_http_answers_refused_total", "Large answers refused because others have not been taken.",
            server.unsentRefused, label)
        counter(
            "cellmesh_http_stalled_closed_total", "Clients closed because they took nothing while memory was short.",
            server.stalledClosed, label)
        for (failure, count) in server.refusedByReason {
            counter(
                "cellmesh_http_requests_refused_total", "Requests refused by the parser.", count,
                label + [MetricLabel("reason", failure)])
        }
    }
}

enum RouterMetrics {
    static func text(
        _ node: UnsafeMutablePointer<RouterNode>, health: CellHealthReport, front: RouterFront, admin: AdminServer,
        links: CellLinks, nap: Nap, runtime: HostRuntime
    ) -> String {
        var page = MetricPage()
        page.health(health)
        page.process(runtime, node.pointee.gossip)
        page.listener(front, "data")
        page.listener(admin, "admin")
        let counters = node.pointee.counters
        page.traces(node.pointee.traces.log)
        page.router(node.pointee.figures, node.pointee.topology)
        page.objective(node.pointee.figures)
        page.loopLag(node.pointee.signals)
        page.hits(runtime.wire.hitsByKind)
        page.gauge(
            "cellmesh_epoch", "The highest epoch of its placement.",
            Double(node.pointee.ledger.table.highestEpoch.rawValue))
        page.counter("cellmesh_router_attempts_total", "Frames sent to cells.", counters.attempts)
        page.counter("cellmesh_router_failovers_total", "Requests given to another cell.", counters.failovers)
        page.counter("cellmesh_router_attempt_timeouts_total", "Attempts over their time.", counters.attemptTimeouts)
        page.counter("cellmesh_router_attempt_resets_total", "Attempts lost with a link.", counters.attemptResets)
        page.counter("cellmesh_router_refusals_total", "Refusals by cells.", counters.refusals)
        page.counter("cellmesh_router_no_quorum_total", "Records refused for lack of a quorum.", counters.noQuorum)
        page.counter(
            "cellmesh_router_others_asked_total", "Requests for which others were asked whether the customer moved.",
            counters.othersAsked)
        page.counter(
            "cellmesh_router_sessions_behind_total", "Records refused because no cell had what a session has seen.",
            counters.sessionsBehind)
        page.counter(
            "cellmesh_router_consistency_refused_total", "Requests for a consistency that is not offered.",
            counters.levelsRefused)
        page.counter(
            "cellmesh_router_conflicts_shown_total", "Reads that were answered with siblings.",
            counters.conflictsShown)
        page.counter(
            "cellmesh_router_conditions_refused_total",
            "Requests whose If-Match cannot be kept or names nothing of their key.",
            counters.conditionsRefused)
        page.counter(
            "cellmesh_router_ids_shortened_total", "Ids of requests that are longer than idempotency keys.",
            counters.idsShortened)
        page.counter(
            "cellmesh_router_traces_malformed_total", "Requests whose traceparent cannot be read.",
            counters.tracesMalformed)
        page.counter(
            "cellmesh_router_sessions_refused_total", "Sessions that are none of this mesh and customer.",
            counters.sessionsRefused)
        page.counter(
            "cellmesh_router_epoch_restarts_total", "Requests that went on in a newer epoch.", counters.epochRestarts)
        page.counter(
            "cellmesh_router_entries_told_total", "Cells that were told of a newer entry by a request.",
            counters.entriesTold)
        page.counter(
            "cellmesh_router_write_backs_total", "Stale cells brought up to date by reads.", counters.writeBacks)
        page.gauge(
            "cellmesh_router_clock_correction_seconds", "What the cells' clocks add to the router's own.",
            node.pointee.clocks.correction.seconds)
        page.counter(
            "cellmesh_router_insane_versions_total", "Versions too far ahead of the clock to be followed.",
            node.pointee.insaneVersions)
        page.counter("cellmesh_router_overloaded_total", "Requests refused by the router.", counters.overloaded)
        for priority in Priority.allCases {
            page.counter(
                "cellmesh_router_shed_total", "Requests that cells shed, as their clients were told.",
                counters.shed[priority], [MetricLabel("priority", "\(priority.name)")])
        }
        page.counter(
            "cellmesh_router_values_refused_total", "Values of cells for which there was no room.",
            counters.valuesRefused)
        page.counter(
            "cellmesh_router_unsent_total", "Frames that a link was too full for, or that found it gone.",
            counters.unsent)
        page.counter("cellmesh_router_pings_total", "Pings of cells that were not heard otherwise.", counters.pings)
        page.counter(
            "cellmesh_router_pings_unsent_total", "Pings that a link was too full for, or that found it gone.",
            counters.pingsUnsent)
        page.counter(
            "cellmesh_router_named_total", "Times that a cell was called a zombie, a flapper, a liar or a slowpoke.",
            counters.named)
        page.counter("cellmesh_router_demotions_total", "Cells passed over for not answering.", counters.demotions)
        page.counter("cellmesh_router_returns_total", "Demoted cells that answered again.", counters.returns)
        page.counter("cellmesh_router_late_frames_total", "Answers that nobody waited for.", counters.lateFrames)
        page.counter("cellmesh_router_cancels_total", "Cells told that nobody waits any longer.", counters.cancels)
        page.counter(
            "cellmesh_router_cancels_unsent_total", "Such words that a link could not take.", counters.cancelsUnsent)
        page.counter("cellmesh_router_abandoned_total", "Requests whose client went away.", counters.abandoned)
        page.routerPolicies(node, now: runtime.loop.now())
        page.links(links)
        page.counter(
            "cellmesh_router_naps_total", "Rests of a moment under load, so that more frames come together.", nap.taken)
        for (position, cell) in node.pointee.topology.cells.enumerated() {
            page.gauge(
                "cellmesh_router_cell_serving", "1 while the router takes the cell for healthy.",
                node.pointee.isServing(CellIndex(position)) ? 1 : 0, [MetricLabel("cell", cell.name)])
        }
        return page.text
    }
}

enum CellMetrics {
    static func text(
        _ node: UnsafeMutablePointer<CellNode>, front: CellFront, store: StoreRunner?, peers: CellLinks,
        burner: Burner, programs: ProgramRunner?, decisions: DurationHistogram, hits: [UInt64],
        runtime: HostRuntime
    ) -> String {
        var page = MetricPage()
        page.cell(node)
        page.hits(hits)
        page.process(runtime, node.pointee.gossip)
        page.listener(front, "data")
        page.links(peers)
        page.counter("cellmesh_link_rejected_total", "Links without proof of the secret.", front.rejectedLinks)
        page.counter("cellmesh_link_bad_frames_total", "Frames that could not be read.", front.badFrames)
        page.counter("cellmesh_link_stalled_total", "Links of routers that did not read.", front.stalledLinks)
        if let programs { page.programs(node.pointee.programs(), programs.lines()) }
        let counters = node.pointee.counters
        page.traces(node.pointee.traces)
        page.counter(
            "cellmesh_link_records_refused_total", "Readings that a link was too full for.", front.recordsRefused)
        page.counter("cellmesh_cell_frames_total", "Frames from routers.", counters.frames)
        page.counter("cellmesh_cell_pings_total", "Pings of routers.", counters.pings)
        page.counter(
            "cellmesh_cell_unexpected_frames_total", "Frames that nobody should have sent.", counters.unexpectedFrames)
        page.counter("cellmesh_cell_http_calls_total", "Service calls of the cell's own clients.", counters.httpCalls)
        page.counter(
            "cellmesh_cell_traces_malformed_total",
            "Requests of the cell's own clients whose traceparent cannot be read.",
            counters.tracesMalformed)
        page.counter(
            "cellmesh_cell_processor_refused_total", "Calls for which no processor time was to be had.",
            burner.refusals)
        page.counter("cellmesh_cell_refused_total", "Work refused for lack of room.", counters.refused)
        page.counter("cellmesh_cell_record_orders_total", "Orders given to the store.", counters.recordOrders)
        page.counter("cellmesh_cell_record_failures_total", "Orders that the store failed.", counters.recordFailures)
        page.counter(
            "cellmesh_cell_hints_total", "Words to routers about what their calls need.", counters.hintsTold)
        page.counter(
            "cellmesh_cell_not_ready_total", "Calls refused because the cell had not started.", counters.notReady)
        page.counter("cellmesh_cell_stale_epochs_total", "Requests of another epoch.", counters.staleEpochs)
        page.counter(
            "cellmesh_cell_not_member_total", "Requests of customers whose shard the cell is not in.",
            counters.notMember)
        page.counter(
            "cellmesh_cell_entries_installed_total", "Entries of the placement that the store has taken over.",
            counters.entriesInstalled)
        page.counter(
            "cellmesh_cell_records_dropped_total", "Records dropped because they belong to other cells now.",
            counters.recordsDropped)
        page.counter(
            "cellmesh_cell_tombstones_swept_total", "Tombstones dropped because every member had them.",
            counters.tombstonesSwept)
        page.counter(
            "cellmesh_cell_without_vote_total", "Orders refused while the store had no vote.", counters.withoutVote)
        page.counter(
            "cellmesh_refill_timeouts_total", "Questions that other cells did not answer.", counters.refillTimeouts)
        page.counter(
            "cellmesh_refill_unsent_total", "Questions to other cells that their links could not take.",
            counters.refillUnsent)
        page.claims(node.pointee.claimCounters)
        if let store = node.pointee.storeStatus(now: runtime.loop.now()) {
            page.gauge("cellmesh_store_votes", "1 while the store has a vote.", store.life == .votes ? 1 : 0)
            if let hints = node.pointee.hintStatus {
                page.gauge(
                    "cellmesh_hints_outstanding", "Records that some member may not have yet.",
                    Double(hints.outstanding))
                page.gauge(
                    "cellmesh_hints_oldest_seconds", "What is younger may be lost with this cell's disk.",
                    Double(hints.oldestMilliseconds) / 1000)
                page.counter(
                    "cellmesh_hints_delivered_total", "Records sent to members that lacked them.", hints.delivered)
                page.counter("cellmesh_hints_settled_total", "Hints that every member has.", hints.settled)
                page.counter(
                    "cellmesh_hints_handed_over_total", "Records sent on before they were dropped.", hints.handedOver)
                page.counter(
                    "cellmesh_hints_stale_total",
                    "Records dropped unsent, since their deletion may have been collected.", hints.stale)
            }
            let repair = node.pointee.repairStatus
            page.counter("cellmesh_repair_rounds_total", "Rounds over all cohorts of a cell's records.", repair.rounds)
            page.counter(
                "cellmesh_repair_compared_total", "Ranges of records that were compared with a member.", repair.compared
            )
            page.counter("cellmesh_repair_differing_total", "Ranges that differed.", repair.differing)
            page.counter(
                "cellmesh_repair_records_total", "Records taken over from members that had newer ones.", repair.repaired
            )
            page.counter(
                "cellmesh_repair_damaged_total", "Records of one version with another value at a member.",
                repair.damaged)
            page.counter(
                "cellmesh_repair_unanswered_total", "Members that did not answer in time.", repair.unanswered)
            page.counter("cellmesh_refill_records_total", "Records taken over from other cells.", store.records)
        }
        page.counter(
            "cellmesh_cell_cancels_total", "Calls that routers gave up while they were under way.",
            node.pointee.counters.cancels)
        page.counter(
            "cellmesh_cell_cancels_late_total", "Calls that routers gave up too late, or under an idempotency key.",
            node.pointee.counters.cancelsLate)
        for service in node.pointee.services() {
            let label = [MetricLabel("service", service.name)]
            page.gauge("cellmesh_pool_busy", "Workers in use.", Double(service.busy), label)
            page.gauge("cellmesh_pool_workers", "Workers.", Double(service.workers), label)
            page.gauge("cellmesh_pool_waiting", "Calls in the queue.", Double(service.waiting), label)
            page.counter("cellmesh_service_calls_total", "Calls.", service.counters.calls, label)
            page.counter("cellmesh_service_failed_total", "Calls that failed.", service.counters.failed, label)
            for why in PoolRefusal.allCases {
                page.counter(
                    "cellmesh_pool_rejections_total", "Calls without a worker, by why.", service.counters.refusals[why],
                    label + [MetricLabel("reason", "\(why.name)")])
            }
            page.counter(
                "cellmesh_service_given_up_total", "Calls of services whose feature is switched off.",
                service.counters.givenUp, label)
            page.counter("cellmesh_service_timed_out_total", "Calls over their time.", service.counters.timedOut, label)
            page.counter(
                "cellmesh_service_call_timeouts_total", "Calls of other services over the time of their edge.",
                service.counters.callTimeouts, label)
            page.counter(
                "cellmesh_service_expired_total", "Calls whose time was up before a worker began on them.",
                service.counters.expired, label)
            page.counter(
                "cellmesh_service_cancelled_total", "Calls that their callers gave up.", service.counters.cancelled,
                label)
            page.counter("cellmesh_service_fallbacks_total", "Fallbacks used.", service.counters.fallbacks, label)
            page.counter("cellmesh_service_compensations_total", "Calls undone.", service.counters.compensations, label)
        }
        page.edges(node, now: runtime.loop.now())
        page.serviceFaults(node.pointee.faultsOnServices())
        page.shed(node.pointee.shed())
        page.degradation(node, decisions: decisions)
        page.health(node.pointee.health)
        if let store {
            page.counter("cellmesh_store_batches_total", "Transactions.", store.queue.batches)
            page.counter(
                "cellmesh_store_batches_failed_total", "Transactions that could not be committed.", store.failedBatches)
            page.gauge("cellmesh_store_waiting", "Orders that wait.", Double(store.queue.count))
            page.gauge(
                "cellmesh_store_largest_batch", "Orders in the largest transaction.", Double(store.queue.largestBatch))
            for (row, kind) in StoreTimes.Kind.allCases.enumerated() {
                page.latency(
                    "cellmesh_store_seconds", "From when the store is given an order until it is answered.",
                    store.times.table.total(row), sum: store.times.table.sum(row),
                    [MetricLabel("order", "\(kind.name)")])
            }
            page.counter("cellmesh_store_refused_total", "Orders turned away.", store.queue.refused)
            page.counter("cellmesh_store_failed_total", "Orders that failed.", store.failedAnswers)
            page.counter(
                "cellmesh_store_siblings_evicted_total", "Values that went because a key had too many siblings.",
                store.siblingsEvicted)
        }
        return page.text
    }
}
