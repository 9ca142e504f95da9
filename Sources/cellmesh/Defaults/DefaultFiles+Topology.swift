extension DefaultFiles {
    /// What `up` starts when no file is named. Equal to `topology/three-regions.yaml`; a test holds them together.
    static let threeRegions = """
        # Three regions of four cells each: what `cellmesh up` starts when no file is named.
        mesh: three-regions
        seed: 42                                       # the same seed gives the same placement and the same run
        blueprint: ../cells/storefront.yaml            # what runs in every cell
        regions:
          - {name: us-east, geography: us, zones: [a, b], cells: 4}
          - {name: us-west, geography: us, zones: [a, b], cells: 4}
          - {name: eu-west, geography: eu, zones: [a, b], cells: 4}
        # Latency between processes is emulated in the socket layer. Left out, the loopback's own. To feel the distance:
        # links:
        #   default: {latency: 500us}
        #   us-east/us-west: {latency: 30ms, jitter: 3ms}
        # One customer in ten never leaves eu. Its only region is eu-west, so that all three cells of such a customer lie there
        # and are lost with it: the price of data that must not leave. `cellmesh validate` says so.
        customers: {count: 1000, popularity: zipf(1.0), geographies: {eu: 10%}}
        sharding: {size: 3, spread: region}            # the others have three cells, one per region
        routers: 1
        control: {region: us-west}
        restart: never                                 # a killed cell stays dead until it is restarted
        membership: {profile: local}

        """
}
