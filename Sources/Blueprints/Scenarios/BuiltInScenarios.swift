import Scenarios

/// The drills that this program has, as the files that anybody could write: `drill show NAME --file` prints them.
package enum BuiltInScenarios {
    /// By name, in the order in which they are listed.
    package static let texts: [(name: String, text: String)] = [
        ("kill-cell", killCell), ("zone-outage", zoneOutage), ("region-evacuation", regionEvacuation),
        ("region-cut", regionCut), ("partition", partition), ("slow-dependency", slowDependency),
        ("retry-storm", retryStorm),
        ("control-plane-loss", controlPlaneLoss), ("gossip-loss", gossipLoss), ("thundering-herd", thunderingHerd),
        ("disk-full", diskFull), ("clock-skew", clockSkew), ("poison-customer", poisonCustomer),
        ("pool-exhaustion", poolExhaustion), ("memory-pressure", memoryPressure), ("cascade", cascade),
        ("leaky-bulkhead", leakyBulkhead), ("zoo", zoo),
    ]

    package static var names: [String] { texts.map(\.name) }
    /// Other names that some have.
    private static let aliases = ["evacuation": "region-evacuation"]
    /// All words that name one.
    package static var words: [String] { names + aliases.keys }

    /// The name of a drill that may have been asked for by another one; any other word is left as it is.
    package static func canonical(_ name: String) -> String { aliases[name] ?? name }

    /// One of them; nil for any other name.
    package static func named(_ name: String) -> Scenario? {
        let name = canonical(name)
        guard let text = text(of: name) else { return nil }
        // A test reads them all.
        return MeshFiles.load(scenario: text, named: "\(name).yaml").scenario
    }

    package static func text(of name: String) -> String? {
        let name = canonical(name)
        return texts.first { $0.name == name }?.text
    }

    private static let killCell = """
        title: A dead cell touches only its customers
        description: >-
          The busiest cell is killed for 20 s. Its customers are served by the other cells of their shards, and nobody else
          notices.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          probes:
            - {type: probe, name: requests answered, tolerance: 99.9%, provider: {type: cellmesh, measure: success}}
        method:
          - type: action
            name: kill
            provider: {type: cellmesh, do: "kill cell/{busiest}", for: 20s}
            pauses: {after: 15s}
          - {type: probe, name: taken for dead, tolerance: [0, profile], provider: {type: cellmesh, measure: detection}}
        objectives: ["customers_lost==0", "false_deaths==0", "recovery<=10s"]
        abort: ["success<50% for 5s"]

        """

    private static let zoneOutage = """
        title: A zone goes out, and the other zones serve its customers
        description: >-
          All cells of the busiest zone are killed for 30 s. Shards lie over zones or regions, so that nobody loses all cells; whose
          records have too few left for their tier was predicted, and the survivors have room for what comes to them.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: outage, provider: {type: cellmesh, do: "kill zone/{busiest}", for: 30s}}
        objectives: ["customers_lost==0", "success>=95%", "utilisation<=85%", "recovery<=15s"]
        abort: ["success<50% for 5s"]

        """

    private static let regionEvacuation = """
        title: A region is left and taken back under load
        description: >-
          Every customer is moved off the busiest region that can be left, which stays empty, and back. No acknowledged write is
          lost, nothing is left behind, and everybody is where he was. So many requests are sent that 99.99 % are decided.
        load: {rate: 400, mix: "reads=60%,writes=40%"}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99.9%, provider: {type: cellmesh, measure: success}}
        method:
          - type: action
            name: evacuate
            provider: {type: cellmesh, do: "evacuate region/{remote}", stages: [25, 100], watch: 500ms}
            pauses: {after: 75s}
          - type: action
            name: restore
            provider: {type: cellmesh, do: "restore region/{remote}", stages: [25, 100], watch: 500ms}
        objectives:
          - moves_completed==2
          - success>=99.99%
          - off<=5s
          - write_pause<=100ms
          - rows_left==0
          - customers_astray==0
          - customers_moved==0
          - cells_poorer==0
          - customers_lost==0
          - lost_writes==0
        abort: ["success<90% for 5s"]

        """

    private static let partition = """
        title: A region is cut off from all others, and each tier keeps its promise on both sides
        description: >-
          For a mesh with routers in several regions (topology/tiers.yaml): the region of the control plane is cut off for 30 s, while
          clients ask on both sides. No placement changes and an evacuation that is asked for there is refused, critical answers nothing
          without a quorum, important goes on wherever a cell is left, and nothing that either acknowledged is lost.
        load: {rate: 200, mix: "reads=67%,writes=33%", through: each-side}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99%, provider: {type: cellmesh, measure: success}}
        method:
          - type: action
            name: cut
            provider: {type: cellmesh, do: "blackhole region/{control}", for: 30s}
            pauses: {after: 15s}
          - {type: action, name: evacuation on the side that is cut off, provider: {type: cellmesh, do: "attempt evacuate region/{remote}"}}
        objectives:
          - placement_changes==0
          - moves_begun==0
          - critical_answered==0
          - important_answered>=99%
          - lost_writes==0
          - hints_left==0
          - false_deaths==0
          - views_agreed<=10s

        """

    private static let regionCut = """
        title: A region is cut off, and nobody is moved by mistake
        description: >-
          The busiest region that can be left is cut off from all others for 30 s. No placement changes, and the views of
          the membership agree again within 10 s.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: cut, provider: {type: cellmesh, do: "blackhole region/{remote}", for: 30s}}
        objectives: ["placement_changes==0", "recovery<=10s", "false_deaths==0"]

        """

    private static let slowDependency = """
        title: A slow dependency does not slow what does not need it
        description: >-
          The service that most others depend on is 800 ms late for 20 s. Breakers before it open within 3 s, records are answered
          as before, and nothing is asked much more often than before.
        load: {rate: 400, mix: "reads=40%,writes=20%,services=40%"}
        baseline: {for: 10s}
        steady-state-hypothesis:
          title: records are answered
          probes:
            - type: probe
              name: records answered
              tolerance: 99.9%
              provider: {type: cellmesh, measure: "success{service:records}"}
        method:
          - type: action
            name: slow
            provider: {type: cellmesh, do: "latency service/{most-dependents} 800ms", for: 20s}
        objectives:
          - breaker_opened<=3s
          - "p99{service:records}<1.5x baseline"
          - "amplification{layer:router}<=1.3"
          - "amplification{layer:cells}<=1.3"
          - recovery<=15s

        """

    private static let retryStorm = """
        title: Budgets keep retries from becoming a storm
        description: >-
          Half of the calls of the service that most others depend on fail for 20 s. Retry budgets bound what is asked again in each
          layer, and the mesh is as before when the failures end.
        load: {rate: 400, mix: "reads=30%,writes=10%,services=60%"}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: records are answered
          probes:
            - type: probe
              name: records answered
              tolerance: 99.9%
              provider: {type: cellmesh, measure: "success{service:records}"}
        method:
          - type: action
            name: errors
            provider: {type: cellmesh, do: "errors service/{most-dependents} 50%", for: 20s}
        objectives: ["amplification{layer:router}<=1.3", "amplification{layer:cells}<=1.3", "recovery<=15s"]

        """

    private static let controlPlaneLoss = """
        title: Nobody needs the control plane to be served
        description: >-
          The control plane is gone for 20 s, while a fault is in force whose time ends meanwhile. No request fails, the fault ends on
          time, and the next control plane takes over what runs.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          probes:
            - {type: probe, name: requests answered, tolerance: 99.9%, provider: {type: cellmesh, measure: success}}
        method:
          - type: action
            name: late
            provider: {type: cellmesh, do: "latency region/{remote} 5ms", for: 10s}
            pauses: {after: 2s}
          - {type: action, name: control plane lost, provider: {type: cellmesh, do: kill control, for: 20s}}
        objectives: ["failed==0", "customers_lost==0", "placement_changes==0", "recovery<=15s"]

        """

    private static let gossipLoss = """
        title: The membership holds while a third of its packets is lost
        description: >-
          30 % of all packets of the membership are lost for 60 s. Nobody who lives is taken for dead, and a cell that dies meanwhile is
          found. Routers ask whom they suspect last: some customers are served by other cells for a moment.
        load: {rate: 100}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          probes:
            - {type: probe, name: requests answered, tolerance: 99%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: loss, provider: {type: cellmesh, do: "datagram-loss mesh <> mesh 30%", for: 60s}, pauses: {after: 20s}}
          - {type: action, name: kill, provider: {type: cellmesh, do: "kill cell/{busiest}", for: 30s}}
        objectives: ["false_deaths==0", "detection<=3x profile", "customers_lost==0", "customers_different<=400", "recovery<=15s"]

        """

    private static let memoryPressure = """
        title: Memory that runs short costs what matters least first, and nobody an answer
        description: >-
          For a mesh whose cells have a budget of memory (topology/chain.yaml): 89 % of it are held for 20 s in the cells of the busiest
          region. They refuse requests of low priority, which other cells of their customers answer, and none that matter more. They
          say that they are degraded, and serve as before once the memory is back.
        load:
          rate: 300
          mix: "reads=10%,writes=10%,services=80%"
          priorities: "critical=20%,high=20%,normal=30%,low=30%"
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          probes:
            - {type: probe, name: requests answered, tolerance: 99.5%, provider: {type: cellmesh, measure: success}}
        method:
          - type: action
            name: memory held
            provider: {type: cellmesh, do: "fill-memory region/{busiest} 89%", for: 20s}
            pauses: {after: 15s}
          - type: probe
            name: say that they are degraded
            tolerance: [1, 1000]
            provider: {type: cellmesh, measure: cells_degraded}
        objectives:
          - "shed_begun{priority:low}>=1"
          - "shed_begun{priority:normal}==0"
          - "shed_begun{priority:high}==0"
          - "success{priority:critical}>=99%"
          - cells_down==0
          - customers_lost==0
          - lost_writes==0
          - recovery<=10s

        """

    private static let cascade = """
        title: A service that fails takes few others with it
        description: >-
          The service that calls the most others fails in a tenth of the cells, one after the other, 5 s apart, and is watched for 60 s.
          A service has fallen where more than half of its calls fail over 5 s; more than three are a cascade. For the full watch of
          300 s write 'for: 300s'; for the service that most others call 'most-dependents'.
        load: {rate: 300, mix: "reads=20%,writes=10%,services=70%"}
        baseline: {for: 6s}
        steady-state-hypothesis:
          title: records are answered
          strategy: default
          probes:
            - type: probe
              name: records answered
              tolerance: 99%
              provider: {type: cellmesh, measure: "success{service:records}"}
        method:
          - type: action
            name: errors
            provider:
              type: cellmesh
              do: "errors cell/{random:10%}/service/{most-dependencies} 100%"
              apart: 5s
              for: 60s
        objectives: ["services_failing<=3", "customers_lost==0", "recovery<=15s"]

        """

    private static let zoo = """
        title: Cells that fail without being down are called what they are
        description: >-
          One cell after the other becomes a zombie, a flapper, a liar, a slowpoke and an amnesiac. Each is named within 10 s, and no
          other cell is.
        load: {rate: 300, mix: "reads=30%,writes=10%,services=60%"}
        baseline: {for: 15s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: zombie, provider: {type: cellmesh, do: "zombie cell/{draw:1}", for: 10s}, pauses: {after: 12s}}
          - {type: action, name: flapper, provider: {type: cellmesh, do: "flap cell/{draw:2}", for: 10s}, pauses: {after: 12s}}
          - {type: action, name: liar, provider: {type: cellmesh, do: "lie cell/{draw:3}", for: 10s}, pauses: {after: 12s}}
          - {type: action, name: slowpoke, provider: {type: cellmesh, do: "slow cell/{draw:4}", for: 10s}, pauses: {after: 12s}}
          - {type: action, name: amnesiac, provider: {type: cellmesh, do: "amnesia cell/{draw:5}", for: 10s}}
          - {type: action, name: its next start, provider: {type: cellmesh, do: "kill cell/{draw:5}", for: 2s}, pauses: {after: 10s}}
        objectives: ["unnamed==0", "false_names==0", "naming<=10s", "customers_lost==0", "recovery<=15s"]

        """

    private static let thunderingHerd = """
        title: A region that starts cold does not drown in what has waited for it
        description: >-
          All cells of the busiest region that can be left are killed, and start at once 10 s later while twice as much is asked as
          before. Nothing is refused any more within 10 s of its end, and what fails after the start makes no second wave.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: twice the load, startAfter: 0s, provider: {type: cellmesh, do: load 2x, for: 30s}}
          - {type: action, name: outage, provider: {type: cellmesh, do: "kill region/{remote}", for: 10s}}
        objectives: ["success>=90%", "recovery<=10s", "wave_growth<0"]

        """

    private static let diskFull = """
        title: A full disk costs nobody an answer, and no acknowledged write
        description: >-
          The disk of the busiest cell has no room for 20 s. It says that it is degraded, reads go on, its writes are taken by the
          other cells of their customers, and it serves as before once there is room.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          probes:
            - {type: probe, name: requests answered, tolerance: 99.9%, provider: {type: cellmesh, measure: success}}
        method:
          - type: action
            name: full
            provider: {type: cellmesh, do: "fill-disk cell/{busiest}", for: 20s}
            pauses: {after: 10s}
          - {type: probe, name: says that it is degraded, tolerance: [1, 1], provider: {type: cellmesh, measure: cells_degraded}}
        objectives: ["cells_down==0", "customers_lost==0", "lost_writes==0", "violations==0", "recovery<=10s"]

        """

    private static let clockSkew = """
        title: Clocks that are an hour ahead mislead nobody
        description: >-
          The wall clocks of a tenth of the cells are an hour ahead for 20 s, and right again. Nobody is taken for dead, versions of
          records stay in order, and no acknowledged write is lost.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          probes:
            - {type: probe, name: requests answered, tolerance: 99.9%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: ahead, provider: {type: cellmesh, do: "skew cell/{random:10%} 1h", for: 20s}}
        objectives:
          - false_deaths==0
          - cells_down==0
          - customers_different==0
          - violations==0
          - lost_writes==0
          - recovery<=5s

        """

    private static let poisonCustomer = """
        title: A customer who kills every cell that serves him takes down his own and no more
        description: >-
          For a mesh with a poison customer whose shards have three cells (topology/poison.yaml): c1 begins to ask for 20 s. The three
          cells of his shard go down, who has others is served by them, and they start again when he is gone. Where dead cells are
          replaced he walks through the whole mesh.
        load: {rate: 200}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99.9%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: poison, provider: {type: cellmesh, do: poison c1, for: 20s}, pauses: {after: 15s}}
          - {type: probe, name: his cells and no more, tolerance: [3, 3], provider: {type: cellmesh, measure: cells_down}}
        objectives: ["cells_down<=3", "customers_different==0", "false_deaths==0", "lost_writes==0", "recovery<=15s"]

        """

    private static let poolExhaustion = """
        title: A service that hangs fills its own pool and no other
        description: >-
          The service that calls the most others does not go on for 15 s, and holds a worker for each call that has begun: the pools of the
          three customers' cells fill up to what their calls may have of them. Breakers before it open within 5 s, records are answered as
          before, and the pools are empty again soon after.
        load: {rate: 400, mix: "reads=40%,writes=20%,services=40%", customers: 3}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: records are answered
          probes:
            - type: probe
              name: records answered
              tolerance: 99.9%
              provider: {type: cellmesh, measure: "success{service:records}"}
        method:
          - {type: action, name: hang, provider: {type: cellmesh, do: "hang service/{most-dependencies}", for: 15s}}
        objectives:
          - utilisation>=50%
          - breakers_open>=1
          - breaker_opened<=5s
          - "p99{service:records}<1.5x baseline"
          - "amplification{layer:router}<=1.3"
          - recovery<=15s

        """

    private static let leakyBulkhead = """
        title: A cell whose service hangs holds its own connections, and those of no other cell
        description: >-
          For the cells of topology/walled.yaml: the service of the smallest does not go on for 10 s, and each call that has begun holds a
          connection. Its own customers fail, and nobody else. Where all cells take connections from one pool (topology/leaky.yaml) it
          holds all of them, and the customers of the other cells fail as well.
        load: {rate: 400, mix: "services=100%"}
        baseline: {for: 5s}
        steady-state-hypothesis:
          title: requests are answered
          strategy: default
          probes:
            - {type: probe, name: requests answered, tolerance: 99%, provider: {type: cellmesh, measure: success}}
        method:
          - {type: action, name: hang, provider: {type: cellmesh, do: "hang cell/small/service/orders", for: 10s}}
        objectives: ["success{cell:!small}>=99.9%", "success{cell:small}<=50%", "recovery<=15s"]

        """
}
