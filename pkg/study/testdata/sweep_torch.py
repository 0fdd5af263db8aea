#!/usr/bin/python3
"""Levels of the sweeps in PyTorch, to hold the studies cliff and isodose against.

Prints one JSON object a seed: combined accuracy and accuracy under internal noise
0.5 of the untreated network at each pruning level, and for ketamine-like regrowth
of 10 and 50 % and for 10 and 50 epochs of SSRI-like training the mean absolute
change of the weights (dose) and the percent that changed by more than a tenth
(turnover).
Usage: sweep_torch.py [--seeds N] [--first S], beside torch_reference.py.
"""
import argparse, copy, json
import numpy as np
import torch
from torch_reference import Net, acc, blobs, prune, regrow, train


def dose(net, template):
    a, b = (np.concatenate([l.weight.detach().numpy().ravel().astype(np.float64) for l in n.l]) for n in (net, template))
    d = np.abs(a - b)
    return {'dose': d.mean(), 'turnover': 100 * float((d > 0.1 * np.maximum(np.abs(b), 1e-8)).mean())}


p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--seeds', type=int, default=10)
p.add_argument('--first', type=int, default=0)
a = p.parse_args()
torch.set_num_threads(1)
for seed in range(a.first, a.first + a.seeds):
    torch.manual_seed(seed)
    o = 0 if seed == 42 else 1000 * seed
    X, T = blobs(12000, .8, o + 100), blobs(4000, .8, o + 200)
    dense = Net()
    train(dense, *X, 20, 1e-3)
    out = {'seed': seed}
    for q in (0.8, 0.85, 0.9, 0.92, 0.93, 0.94, 0.95, 0.97):
        n = copy.deepcopy(dense)
        prune(n, q)
        out['pruned %g' % q] = {'combined': acc(n, *T, 1.0, 0.5), 'internal 0.5': acc(n, *T, 0.0, 0.5)}
    net = copy.deepcopy(dense)
    masks = prune(net, .95)
    for f in (0.1, 0.5):
        k = copy.deepcopy(net)
        train(k, *X, 15, 5e-4, regrow(k, masks, *X, frac=f))
        out['regrown %g' % f] = dose(k, net)
    for e in (10, 50):
        s = copy.deepcopy(net)
        train(s, *X, e, 1e-5, masks, lambda i: 0.5 * (1 - i / (e - 1)))
        out['epochs %d' % e] = dose(s, net)
    print(json.dumps(out), flush=True)
