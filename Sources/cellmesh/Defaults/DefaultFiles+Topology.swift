extension DefaultFiles {
    /// What `up` starts when no file is named. Equal to `topology/three-regions.yaml`; a test holds them together.
    static let threeRegions = """
        # Three regions of four cells each: what `cellmesh up` starts when no file is named.
        mesh: three-regions
        seed: 42                                       # the same seed gives the same placement and the same run
        blueprint: ../cells/storefront.yaml            # what runs in every cell
        regions:
          - {name: us-east, geography: us, zones: [a, b], cells: 4, near: [us-west]}
          - {name: us-west, geography: us, zones: [a, b], cells: 4, near: [us-east]}
          - {name: eu-west, geography: eu, zones: [a, b], cells: 4}
        # Latency between processes is emulated in the socket layer. Left out, the loopback's own. To feel the distance:
        # links:
        #   default: {latency: 500us}
        #   us-east/us-west: {latency: 30ms, jitter: 3ms}
        customers: {count: 1000, popularity: zipf(1.0), geographies: {eu: 10%}}   # one in ten never leaves eu
        sharding: {size: 3, spread: region}            # each customer has three cells, one per region
        routers: 1
        control: {region: us-west}
        deciders: 5
        restart: never                                 # a killed cell stays dead until it is restarted
        membership: {profile: local}
        evacuation: {stages: [5, 25, 50, 75, 95, 100], watch: 2s, max_error_rate: 1%, headroom: 15%}

        """
}
