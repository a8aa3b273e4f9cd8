module metabatch.dev/peer

go 1.19
